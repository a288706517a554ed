// search.sample: a search that keeps the registry's listings in memory and looks at each of them.
// Slow for millions, right for thousands, and a start for a search of your own.
// Threads: any; one lock for everything.
#include <swapmeet/hits.h>
#include <swapmeet/plugin.h>

#include <map>
#include <mutex>

namespace {

using namespace swapmeet;

class SampleSearch final : public Plugin, public Search, public ChangeFollower {
 public:
  Result<void> configure(Host& host) override {
    most_ = static_cast<std::size_t>(host.settings().integer("max_results"));
    return {};
  }
  Result<void> start() override { return {}; }
  void stop() override {}
  void* interface(std::string_view id) override { return interface_of<Search>(this, id); }

  // The side that follows the registry. Nothing is kept on disk: a new object follows no feed yet,
  // so the host's pump begins from the beginning.
  ChangeFollower* follower() override { return this; }
  Result<FeedPosition> applied() override {
    const std::lock_guard lock(mutex_);
    return stands_;
  }
  Result<void> apply(const ChangeBatch& batch) override {
    const std::lock_guard lock(mutex_);
    if (batch.base != 0 && stands_ != FeedPosition{batch.feed, batch.base})
      return conflict("the search stands elsewhere in the feed");
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
    HitList hits(std::move(*query));
    const std::lock_guard lock(mutex_);
    for (const auto& [id, peer] : peers_)
      for (const auto& [path, listing] : peer.listings)
        if (peer.present && listing.audience.admits(request.viewer))
          hits.add(listing, id, peer.name);
    return hits.page(request, most_);
  }

 private:
  struct Peer {
    bool present = false;
    std::string name;
    std::map<std::string, Listing> listings;  // by path
  };
  std::size_t most_ = 0;
  std::mutex mutex_;
  FeedPosition stands_;
  std::map<PeerId, Peer> peers_;
};

constexpr const char* kProvides[] = {Search::kInterface};
constexpr KeySpec kKeys[] = {{"max_results", KeyType::integer, "1000", "1", "100000",
                              "How many hits one query can page through."}};

}  // namespace

SWAPMEET_PLUGIN(SampleSearch, {.id = "search.sample",
                               .kind = Kind::search,
                               .version = "0.1",
                               .summary = "Looks at every listing, in memory.",
                               .provides = kProvides,
                               .keys = kKeys,
                               .may_run_twice = true});
