// search.template: a search that keeps the registry's listings in memory and looks at each of them.
// Slow for millions, right for thousands, and a start for a search of your own.
// Threads: any; one lock for everything.
#include <algorithm>
#include <charconv>
#include <map>
#include <mutex>
#include <set>

#include "swapmeet/matching.h"
#include "swapmeet/plugin.h"
#include "swapmeet/search.h"

namespace {

using namespace swapmeet;

class TemplateSearch final : public Plugin, public Search, public ChangeFollower {
 public:
  Result<void> configure(Host& host) override {
    most_ = static_cast<std::size_t>(host.settings().integer("max_results"));
    return {};
  }
  Result<void> start() override { return {}; }
  void stop() override {}
  void* interface(std::string_view id) override { return interface_of<Search>(this, id); }

  // The side that follows the registry. Nothing is kept on disk: after a start it follows no feed,
  // and the host's pump begins from the beginning.
  ChangeFollower* follower() noexcept override { return this; }
  Result<FeedPosition> applied() override {
    const std::lock_guard lock(mutex_);
    return stands_;
  }
  Result<void> apply(const ChangeBatch& batch) override {
    const std::lock_guard lock(mutex_);
    if (batch.base != 0 && stands_ != FeedPosition{batch.feed, batch.base})
      return Error{ErrorCode::conflict, "it stands elsewhere in the feed", {}};
    if (batch.base == 0) peers_.clear();
    for (const auto& change : batch.changes) {
      auto& peer = peers_[change.peer];
      switch (change.kind) {
        case ChangeKind::put: peer.listings[change.listing.path] = change.listing; break;
        case ChangeKind::remove: peer.listings.erase(change.listing.path); break;
        case ChangeKind::clear: peer.listings.clear(); break;
        case ChangeKind::present: peer.present = true, peer.name = change.peer_name; break;
        case ChangeKind::absent: peer.present = false; break;
      }
    }
    stands_ = {batch.feed, batch.upto};
    return {};
  }

  Result<SearchPage> search(const SearchRequest& request) override {
    auto query = parse_query(request.query);
    if (!query) return std::move(query).error();
    std::size_t first = 0;
    const auto& after = request.page.after;
    const auto [end, error] = std::from_chars(after.data(), after.data() + after.size(), first);
    if (!after.empty() && (error != std::errc{} || end != after.data() + after.size()))
      return Error{ErrorCode::invalid_argument, "'after' is not the 'next' of a page", {}};
    auto found = find(*query, request.viewer);
    std::sort(found.begin(), found.end(), [&](const Found& a, const Found& b) {
      return rank(a, request.sort) < rank(b, request.sort);
    });
    found.resize(std::min(found.size(), most_));
    SearchPage page{request.query, found.size(), {}, {}};
    for (auto i = first; i < found.size() && page.hits.size() < request.page.limit; ++i)
      page.hits.push_back(std::move(found[i].hit));
    if (first + page.hits.size() < found.size())
      page.next = std::to_string(first + page.hits.size());
    return page;
  }

 private:
  struct Peer {
    bool present = false;
    std::string name;
    std::map<std::string, Listing> listings;  // by path
  };
  struct Found {
    Hit hit;
    bool matches = false;
    bool in_name = false;
    Time modified{};
    std::set<PeerId> sources;
    std::set<std::string> names;
  };

  // Least first: newest, biggest or most shared if that is asked for; then words in the name before
  // words in the path, more sources, the name, the content.
  static auto rank(const Found& found, SortOrder sort) {
    const auto& hit = found.hit;
    const auto asked = sort == SortOrder::newest    ? found.modified.time_since_epoch().count()
                       : sort == SortOrder::size    ? static_cast<std::int64_t>(hit.size)
                       : sort == SortOrder::sources ? std::int64_t{hit.sources}
                                                    : 0;
    return std::tuple(-asked, !found.in_name, -std::int64_t{hit.sources}, hit.name, hit.content);
  }

  std::vector<Found> find(const Query& query, const Identity& viewer) {
    const std::lock_guard lock(mutex_);
    std::map<ContentId, Found> contents;
    for (const auto& [id, peer] : peers_)
      for (const auto& [path, listing] : peer.listings) {
        if (!peer.present || !listing.audience.admits(viewer)) continue;
        auto& found = contents[listing.content];
        found.sources.insert(id);
        found.names.emplace(name_of_path(path));
        if (!matches(query, listing, id, peer.name)) continue;
        const bool in_name = matches_name(query, path);
        if (found.matches && (found.in_name || !in_name)) continue;
        found.matches = true;
        found.in_name = in_name;
        found.modified = listing.modified;
        const std::string name(name_of_path(path));
        found.hit = {listing.content, name, path, listing.size, media_type_of(name), 0, {}};
      }
    std::vector<Found> all;
    for (auto& [content, found] : contents) {
      if (!found.matches) continue;
      found.hit.sources = static_cast<std::uint32_t>(found.sources.size());
      found.names.erase(found.hit.name);
      for (const auto& name : found.names)
        if (found.hit.names.size() < 10) found.hit.names.push_back(name);
      all.push_back(std::move(found));
    }
    return all;
  }

  std::size_t most_ = 0;
  std::mutex mutex_;
  FeedPosition stands_;
  std::map<PeerId, Peer> peers_;
};

constexpr const char* kProvides[] = {Search::kInterface};
constexpr KeySpec kKeys[] = {{"max_results", KeyType::integer, "1000", "1", "100000",
                              "How many hits one query can page through."}};

}  // namespace

SWAPMEET_PLUGIN(TemplateSearch, {.id = "search.template",
                                 .kind = Kind::search,
                                 .version = "0.1",
                                 .summary = "Looks at every listing, in memory.",
                                 .provides = kProvides,
                                 .keys = kKeys});
