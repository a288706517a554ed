#include "registry/remote/peer_tokens.h"

#include <algorithm>
#include <sstream>

#include "swapmeet/digest.h"

namespace swapmeet::registry_remote {
namespace {

constexpr std::string_view kKey = "key:";
constexpr std::string_view kId = "id:";
constexpr std::string_view kUrl = "url:";

std::string with(std::string_view kind, const std::string& what) {
  return std::string(kind) + what;
}

// The same place, spoken to the other way: an index that begins to speak TLS is reached so.
std::string over_the_other(const wire::HostUrl& index) {
  const auto place = index.url.substr(index.url.find("://"));
  return (index.secure ? "http" : "https") + place;
}

// Whether the index that a token was made for has proved to be this one.
bool is_the_same(const Remembered& one, const wire::HostUrl& index, const ToldOfIndex& told) {
  if (!index.fingerprint.empty()) return one.index.fingerprint == index.fingerprint;
  return !index.secure && index.is_local() && !told.id.empty() && one.index.id == told.id;
}

}  // namespace

std::vector<Remembered> Remembered::read(const std::string& text) {
  std::vector<Remembered> all;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    Remembered one;
    if (!(words >> one.bound_to >> one.index.id)) continue;
    words >> one.index.fingerprint;
    all.push_back(std::move(one));
  }
  return all;
}

std::string Remembered::write(const std::vector<Remembered>& all) {
  std::string text;
  for (const auto& one : all)
    text += one.bound_to + ' ' + one.index.id + ' ' + one.index.fingerprint + '\n';
  return text;
}

std::string bound_to(const wire::HostUrl& index, const ToldOfIndex& told) {
  if (!index.fingerprint.empty()) return with(kKey, index.fingerprint);
  if (!index.secure && index.is_local() && !told.id.empty()) return with(kId, told.id);
  return with(kUrl, index.url);
}

std::vector<std::string> bound_before(const wire::HostUrl& index, const ToldOfIndex& told,
                                      const std::vector<Remembered>& remembered) {
  std::vector<std::string> all;
  const auto add = [&](const std::string& one) {
    if (one != bound_to(index, told) && std::find(all.begin(), all.end(), one) == all.end())
      all.push_back(one);
  };
  for (const auto& one : remembered)
    if (is_the_same(one, index, told)) add(one.bound_to);
  add(with(kUrl, index.url));
  if (index.secure) add(with(kUrl, over_the_other(index)));
  return all;
}

std::string token_for(const std::string& secret, const std::string& bound_to) {
  // By the URL alone, as before there were other ways.
  const auto what = bound_to.starts_with(kUrl) ? bound_to.substr(kUrl.size()) : bound_to;
  return sha256_hex(secret + '\n' + what);
}

}  // namespace swapmeet::registry_remote
