// Watches over a registry's feed. Every watch with a word waits under that word, so that a change
// is compared only with the watches whose word it has, however many there are. Without watches the
// feed is not read.
// Threads: thread-safe; one thread of its own, the pump's.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "host/feed/pump.h"
#include "swapmeet/query.h"
#include "swapmeet/registry.h"
#include "swapmeet/watch.h"

namespace swapmeet {

class FeedWatches final : public Watches {
 public:
  // The registry (behind `gate`, where it is a plugin's) has a feed, and outlives this as the clock
  // does; this outlives all registrations.
  FeedWatches(Registry& registry, const Log& log, Clock& clock, std::uint64_t seed,
              Gate* gate = nullptr);
  ~FeedWatches() override { stop(); }

  // Watches without a word to wait under (only filters) are compared with every change: there are
  // few of them.
  static constexpr std::size_t kMostWithoutWord = 256;
  Result<Registration> watch(const WatchRequest& request,
                             std::function<void(const Match&)> found) override;
  void stop();  // no call of any `found` begins after it; idempotent

 private:
  struct Entry {
    Query query;
    Identity viewer;
    std::function<void(const Match&)> found;
    bool asks_for_peer = false;
  };
  using EntryPointer = std::shared_ptr<const Entry>;
  using Entries = std::vector<EntryPointer>;
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view word) const {
      return std::hash<std::string_view>()(word);
    }
  };
  using ByWord = std::unordered_map<std::string, Entries, Hash, std::equal_to<>>;

  class Follower final : public ChangeFollower {
   public:
    explicit Follower(FeedWatches& watches) : watches_(watches) {}
    Result<FeedPosition> applied() override;
    Result<void> apply(const ChangeBatch& batch) override;

   private:
    FeedWatches& watches_;
  };

  Entries& place_of(const Query& query);
  void remove(const EntryPointer& entry);
  class Comparison;

  Result<FeedState> state_of_feed();

  Registry& registry_;
  Gate* const gate_;
  std::mutex mutex_;  // guards what follows; held while `found` is called
  std::size_t count_ = 0;
  FeedPosition position_;
  ByWord by_word_;
  ByWord by_beginning_;  // of watches with prefixes only
  Entries without_word_;
  Follower follower_{*this};
  Pump pump_;
};

}  // namespace swapmeet
