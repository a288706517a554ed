#include "host/config/cautions.h"

#include <fmt/format.h>

#include <algorithm>

#include "swapmeet/wire/host_url.h"

namespace swapmeet {
namespace {

const PluginChoice* choice_of(const Config& config, Kind kind, std::string_view name) {
  const auto found =
      std::find_if(config.plugins.begin(), config.plugins.end(), [&](const PluginChoice& one) {
        return one.kind == kind && (name.empty() || one.name == name);
      });
  return found == config.plugins.end() ? nullptr : &*found;
}

std::string value_in(const PluginChoice& choice, std::string_view key, const char* otherwise = "") {
  for (const auto& [name, value] : choice.raw)
    if (name == key && !value.empty()) return value;
  return otherwise;
}

bool is_of_this_machine(const std::string& host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

// share.NAME, and no share.NAME.audience.
NamedFolders shares_in(const PluginChoice& transfer) {
  constexpr std::string_view kShare = "share.";
  NamedFolders shares;
  for (const auto& [key, value] : transfer.raw) {
    if (!key.starts_with(kShare) || value.empty()) continue;
    if (key.ends_with(".audience") || key.ends_with(".visible")) continue;
    shares.emplace_back(key.substr(kShare.size()), transfer.base_folder / value);
  }
  return shares;
}

// As it really is, without a slash at its end.
std::filesystem::path settled(const std::filesystem::path& folder) {
  std::error_code ignored;
  auto real = std::filesystem::weakly_canonical(folder, ignored);
  if (ignored) real = folder.lexically_normal();
  return real.has_filename() || real == real.root_path() ? real : real.parent_path();
}

bool holds(const std::filesystem::path& outer, const std::filesystem::path& inner) {
  return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

}  // namespace

bool is_elsewhere(std::string_view url) {
  const auto parsed = wire::parse_host_url(url);
  return parsed && !is_of_this_machine(parsed->host);
}

std::string caution_of_listening(const Config& config) {
  const auto* transfer = choice_of(config, Kind::transfer, "swarm");
  const auto* registry = choice_of(config, Kind::registry, "remote");
  if (!transfer || !registry || !value_in(*transfer, "announce_address").empty()) return {};
  const auto index = value_in(*registry, "index");
  const auto listen = parse_host_port(value_in(*transfer, "listen", "127.0.0.1:6699"));
  if (!listen || !is_of_this_machine(listen->host) || !is_elsewhere(index)) return {};
  return "others cannot fetch from this peer: it listens on " + listen->text() +
         ", for this machine only, and its index is elsewhere. Remedy: swapmeet set "
         "transfer.listen 0.0.0.0:" +
         std::to_string(listen->port) + ", then stop and start it";
}

std::vector<std::string> cautions_of_shares(const NamedFolders& shares) {
  std::vector<std::string> sentences;
  NamedFolders seen;
  for (const auto& [name, given] : shares) {
    const auto folder = settled(given);
    const auto begin = "the share '" + name + "' ";
    std::error_code ignored;
    if (folder == folder.root_path())
      sentences.push_back(begin + "is the whole disk, with all that is on it: name a folder of it");
    else if (!std::filesystem::exists(folder, ignored))
      sentences.push_back(begin + "is not there: there is no " + folder.string());
    else if (!std::filesystem::is_directory(folder, ignored))
      sentences.push_back(begin + "is no folder: " + folder.string());
    for (const auto& [other, its] : seen)
      if (its == folder)
        sentences.push_back(
            fmt::format("{}is the same folder as '{}': {}", begin, other, folder.string()));
      else if (holds(its, folder))
        sentences.push_back(
            fmt::format("{}lies within '{}', which shares it already", begin, other));
      else if (holds(folder, its))
        sentences.push_back(
            fmt::format("{}holds '{}', which is shared a second time by it", begin, other));
    seen.emplace_back(name, folder);
  }
  return sentences;
}

std::vector<std::string> cautions(const Config& config) {
  std::vector<std::string> sentences;
  if (auto listening = caution_of_listening(config); !listening.empty())
    sentences.push_back(std::move(listening));
  if (const auto* transfer = choice_of(config, Kind::transfer, "swarm"))
    for (auto& one : cautions_of_shares(shares_in(*transfer))) sentences.push_back(std::move(one));
  return sentences;
}

}  // namespace swapmeet
