#include "host/cli/lookup.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include "host/cli/places.h"

namespace swapmeet::cli {
namespace {

constexpr std::size_t kShortestPrefix = 4;

std::filesystem::path shown_file() { return cache_home() / "last_list.json"; }
std::filesystem::path search_file() { return cache_home() / "last_search"; }

Result<Hit> by_number(const std::string& what, std::size_t number) {
  const auto page = last_shown();
  if (!page)
    return Error{ErrorCode::not_found, "there was no search yet: `swapmeet search WORDS`", {}};
  if (number < 1 || number > page->hits.size())
    return Error{
        ErrorCode::not_found,
        "the last list has " + std::to_string(page->hits.size()) + " files; there is no " + what,
        {}};
  return page->hits[number - 1];
}

// The best hit that has exactly this name, among its names.
const Hit* by_name(const SearchPage& page, const std::string& name) {
  for (const auto& hit : page.hits)
    if (hit.name == name || std::find(hit.names.begin(), hit.names.end(), name) != hit.names.end())
      return &hit;
  return nullptr;
}

}  // namespace

std::optional<SearchPage> last_shown() {
  std::ifstream in(shown_file());
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  auto page = wire::from_json<SearchPage>(text);
  if (!page) return std::nullopt;
  return std::move(*page);
}

Result<std::string> by_prefix(const std::vector<std::string>& ids, const std::string& text,
                              const std::string& what) {
  if (std::find(ids.begin(), ids.end(), text) != ids.end()) return text;
  const std::string* found = nullptr;
  bool several = false;
  for (const auto& id : ids) {
    if (text.empty() || !id.starts_with(text)) continue;
    several = found != nullptr;
    if (several) break;
    found = &id;
  }
  if (several)
    return wrong_usage("the ids of several " + what + "s begin with '" + text +
                       "'; type more of it");
  if (found == nullptr)
    return Error{ErrorCode::not_found, "there is no " + what + " '" + text + "'", {}};
  return *found;
}

Result<PeerRecord> find_peer(Session& session, const std::string& who) {
  if (const auto id = PeerId::parse(who))
    return session.ask<PeerRecord>("GET", "/api/v1/peers/" + id->text());
  auto named = session.all<PeerRecord>("/api/v1/peers?all=true&name=" + wire::percent_encode(who));
  if (!named) return std::move(named).error();
  std::vector<PeerRecord> found;
  for (auto& peer : named->items)
    if (peer.name == who) found.push_back(std::move(peer));
  if (found.size() > 1 &&
      std::count_if(found.begin(), found.end(), [](const auto& one) { return one.present; }) == 1)
    std::erase_if(found, [](const auto& one) { return !one.present; });
  if (found.size() == 1) return found[0];
  if (found.size() > 1)
    return wrong_usage("several peers are called '" + who +
                       "'; use the id that `swapmeet peers` shows");
  if (who.size() >= kShortestPrefix &&
      who.find_first_not_of("0123456789abcdef") == std::string::npos) {
    auto all = session.all<PeerRecord>("/api/v1/peers?all=true");
    if (!all) return std::move(all).error();
    std::vector<std::string> ids;
    for (const auto& peer : all->items) ids.push_back(peer.id.text());
    auto id = by_prefix(ids, who, "peer");
    if (!id) return std::move(id).error();
    for (auto& peer : all->items)
      if (peer.id.text() == *id) return std::move(peer);
  }
  return Error{ErrorCode::not_found,
               "there is no peer called '" + who + "'; `swapmeet peers` lists them",
               {}};
}

Result<std::string> find_download(Session& session, const std::string& id) {
  auto some = session.ask<Page<DownloadStatus>>(
      "GET", "/api/v1/downloads?limit=2&id=" + wire::percent_encode(id));
  if (!some) return std::move(some).error();
  std::vector<std::string> ids;
  for (const auto& one : some->items) ids.push_back(one.id);
  return by_prefix(ids, id, "download");
}

Result<std::string> find_offer(Session& session, const std::string& id) {
  auto all = session.all<Offer>("/api/v1/inbox?");
  if (!all) return std::move(all).error();
  std::vector<std::string> ids;
  for (const auto& one : all->items) ids.push_back(one.id);
  return by_prefix(ids, id, "offer");
}

std::string target_of(const ShownSearch& search, const std::string& after) {
  return "/api/v1/search?q=" + wire::percent_encode(search.query) +
         "&limit=" + std::to_string(search.limit) +
         (search.sort.empty() ? "" : "&sort=" + wire::percent_encode(search.sort)) +
         (after.empty() ? "" : "&after=" + wire::percent_encode(after));
}

void remember(const SearchPage& shown) {
  std::error_code ignored;  // without it `get NUMBER` says that there was no search
  std::filesystem::create_directories(shown_file().parent_path(), ignored);
  std::filesystem::remove(search_file(), ignored);
  std::ofstream(shown_file()) << wire::to_json(shown);
}

void remember(const SearchPage& shown, const ShownSearch& search) {
  remember(shown);
  std::ofstream(search_file()) << search.limit << ' ' << search.sort << '\n' << search.query;
}

std::optional<LastSearch> last_search() {
  std::ifstream in(search_file());
  LastSearch last;
  if (!(in >> last.search.limit)) return std::nullopt;
  in.ignore();
  std::getline(in, last.search.sort);
  last.search.query.assign(std::istreambuf_iterator<char>(in), {});
  auto page = last_shown();
  if (!page || last.search.query.empty()) return std::nullopt;
  last.page = std::move(*page);
  return last;
}

Result<Hit> find_content(Session& session, const std::string& what) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(what.data(), what.data() + what.size(), number);
  if (error == std::errc{} && end == what.data() + what.size() && what.size() < 8)
    return by_number(what, number);
  if (const auto id = ContentId::parse(what)) {
    Hit hit;
    hit.content = *id;
    return hit;
  }
  if (const auto page = last_shown()) {
    if (const auto* hit = by_name(*page, what)) return *hit;
    std::vector<std::string> ids;
    for (const auto& hit : page->hits) ids.push_back(hit.content.text());
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    if (const auto id = by_prefix(ids, what, "file"); id && what.size() >= kShortestPrefix)
      for (const auto& hit : page->hits)
        if (hit.content.text() == *id) return hit;
  }
  if (what.find('"') == std::string::npos) {
    auto found = session.ask<SearchPage>(
        "GET", "/api/v1/search?limit=100&q=" + wire::percent_encode('"' + what + '"'));
    if (!found && found.error().code != ErrorCode::invalid_argument)
      return std::move(found).error();
    if (found)
      if (const auto* hit = by_name(*found, what)) return *hit;
  }
  return Error{ErrorCode::not_found,
               "'" + what + "' is no content id, no number of the last list, and no file's name",
               {}};
}

}  // namespace swapmeet::cli
