// The search index in memory: what the registry's feed told, in the order of how many sources a
// content has, so that the best hits are met first and a search stops when it has enough. What is
// new waits in a fresh segment; a thread puts all in order again now and then, beside the searches.
//
// On the disk is at most a snapshot from which a start goes on; without one the index says that it
// follows no feed yet, and is told all.
//
// Threads: thread-safe. One writer (the pump), the housekeeper, and any number of searches.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "search/memory/fair_lock.h"
#include "search/memory/housekeeping.h"
#include "search/memory/state.h"
#include "swapmeet/search.h"
#include "swapmeet/time.h"

namespace swapmeet::search_memory {

struct IndexOptions {
  using Report = std::function<void(std::string_view message, const std::string& why)>;

  Clock& clock;
  std::uint64_t salt;                   // random: see hash_of_id. A snapshot brings its own
  std::size_t max_results = 1'000;      // hits that one query can page through
  std::size_t reorder_after = 20'000;   // new documents, before all is put in order, at least
  std::filesystem::path snapshot = {};  // the file; empty: none is read or written
  // Is told why a snapshot cannot be used, or not be written.
  Report report = [](std::string_view, const std::string&) {};
};

class Index final : public Search, public ChangeFollower {
 public:
  // Goes on from the snapshot when there is one that is good; otherwise it follows no feed yet.
  explicit Index(IndexOptions options);
  // Writes a snapshot when something has changed.
  ~Index() override;
  Index(const Index&) = delete;
  Index& operator=(const Index&) = delete;

  Result<SearchPage> search(const SearchRequest& request) override;
  Result<std::vector<std::string>> suggest(const SuggestRequest& request) override;
  ChangeFollower* follower() override { return this; }
  Result<FeedPosition> applied() override;
  Result<void> apply(const ChangeBatch& batch) override;

  // Writes a snapshot to the file. Searches go on meanwhile, what changes waits.
  Result<void> save(const std::filesystem::path& file);
  // Reads all of a snapshot and says where in its feed it stands. Throws BadSnapshot.
  static FeedPosition verify(const std::filesystem::path& snapshot);

  // Puts all in order again, beside the searches. The housekeeper does so when it is due.
  void reorder();
  std::size_t ranked() const;  // documents in the ranked segment

 private:
  using Reading = FairLock::Reading;
  FairLock::Writing write() { return {lock_, options_.clock}; }
  std::shared_ptr<State> empty_state() const;
  void apply_to_listing(const Change& change);
  void apply_to_peer(const Change& change);
  void load();
  void save_what_changed();
  bool is_current(const std::shared_ptr<State>& state) const;
  bool is_due() const;
  bool is_worth_reordering() const;
  bool is_worth_saving() const;

  const IndexOptions options_;
  std::mutex writer_;      // one apply() at a time
  std::mutex reordering_;  // one reorder() at a time
  mutable FairLock lock_;
  std::shared_ptr<State> state_;  // under lock_, as all below
  FeedPosition position_;
  std::size_t changes_ = 0;  // of sources, since all was put in order
  FeedPosition saved_;       // of the snapshot
  Housekeeper housekeeper_;
};

}  // namespace swapmeet::search_memory
