#include "host/plugins/answers.h"

#include <algorithm>
#include <cmath>

#include "host/plugins/gate.h"
#include "swapmeet/text.h"

namespace swapmeet {
namespace {

constexpr std::size_t kLongestText = 16 << 10;  // bytes; whatever can be announced is shorter
constexpr std::size_t kMostNames = 20;
constexpr std::size_t kMostSources = 200;
constexpr std::size_t kMostAttributes = 64;
constexpr std::size_t kMostLocked = 1'000;

void check_text(const std::string& text, const char* what) {
  if (text.size() > kLongestText)
    throw BadAnswer(std::string("it answered with a ") + what + " of " +
                    std::to_string(text.size()) + " bytes");
  if (!is_utf8(text))
    throw BadAnswer(std::string("it answered with a ") + what + " that is not UTF-8");
}

void check_count(std::size_t count, std::size_t most, const char* what) {
  if (count > most)
    throw BadAnswer("it answered with " + std::to_string(count) + ' ' + what + ", where at most " +
                    std::to_string(most) + " were asked for");
}

void check_hit(const Hit& hit) {
  check_text(hit.name, "name");
  check_text(hit.path, "path");
  if (static_cast<std::size_t>(hit.type) >= kMediaTypes)
    throw BadAnswer("it answered with the type " + std::to_string(static_cast<int>(hit.type)) +
                    ", which there is not");
  if (!std::isfinite(hit.score)) throw BadAnswer("it answered with a score that is no number");
  check_count(hit.names.size(), kMostNames, "names");
  for (const auto& name : hit.names) check_text(name, "name");
  check_count(hit.attributes.size(), kMostAttributes, "attributes");
  for (const auto& [name, value] : hit.attributes) {
    check_text(name, "name of an attribute");
    check_text(value, "value of an attribute");
  }
}

// RFC 9110, 5.6.2.
bool is_token(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= '0' && c <= '9') || (to_lower(c) >= 'a' && to_lower(c) <= 'z') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

}  // namespace

void check_answer(const SearchPage& page, const SearchRequest& request) {
  check_count(page.hits.size(), request.page.limit, "hits");
  for (const auto& hit : page.hits) check_hit(hit);
  if (page.query != request.query) check_text(page.query, "query");
  check_text(page.searched_for, "query");
  check_text(page.next, "next page");
}

void check_answer(const std::vector<std::string>& suggestions, const SuggestRequest& request) {
  check_count(suggestions.size(), request.limit, "suggestions");
  for (const auto& suggestion : suggestions) check_text(suggestion, "suggestion");
}

void check_answer(const Page<PeerRecord>& page, const PeerQuery& query) {
  check_count(page.items.size(), query.page.limit, "peers");
  for (const auto& peer : page.items)
    for (const auto* text :
         {&peer.name, &peer.address, &peer.seen_address, &peer.account, &peer.fingerprint})
      check_text(*text, "text of a peer");
  check_text(page.next, "next page");
}

void check_answer(const PeerRecord& peer) {
  for (const auto* text :
       {&peer.name, &peer.address, &peer.seen_address, &peer.account, &peer.ticket})
    check_text(*text, "text of a peer");
  check_count(peer.locked.size(), kMostLocked, "locked shares");
  for (const auto& name : peer.locked) check_text(name, "name of a share");
}

void check_answer(const Page<Listing>& page, const BrowseQuery& query) {
  check_count(page.items.size(), query.page.limit, "files");
  for (const auto& listing : page.items) check_text(listing.path, "path");
  check_text(page.next, "next page");
}

void check_answer(const FolderLevel& level, const BrowseQuery& query) {
  check_count(level.folders.size() + level.files.size(), query.page.limit, "folders and files");
  for (const auto& folder : level.folders) check_text(folder.name, "name of a folder");
  for (const auto& listing : level.files) check_text(listing.path, "path");
  check_text(level.next, "next page");
}

void check_answer(const ContentRecord& content) {
  check_count(content.names.size(), kMostNames, "names");
  for (const auto& name : content.names) check_text(name, "name");
  check_count(content.sources.size(), kMostSources, "sources");
  for (const auto& source : content.sources) {
    check_text(source.name, "name");
    check_text(source.url, "address");
    check_text(source.fingerprint, "fingerprint");
    check_text(source.ticket, "ticket");
  }
  check_text(content.ticket, "ticket");
}

void check_answer(const http::Response& response) {
  if (response.status < 200 || response.status > 599)
    throw BadAnswer("it answered with the status " + std::to_string(response.status));
  for (const auto& [name, value] : response.headers.fields()) {
    if (!is_token(name)) throw BadAnswer("it answered with a field whose name is none");
    for (const char* own : {"Content-Length", "Transfer-Encoding", "Connection", "Date"})
      if (equal_without_case(name, own))
        throw BadAnswer(std::string("it answered with ") + own + ", which the host adds");
  }
  if (const auto* file = std::get_if<http::FileBody>(&response.body); file && !file->file)
    throw BadAnswer("it answered with a file that is not open");
}

}  // namespace swapmeet
