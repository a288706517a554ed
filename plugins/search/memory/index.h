// The search index in memory: what the registry's feed told, ranked by how many sources a content
// has, so that the best hits are met first and a search stops when it has enough. What is new waits
// in a fresh segment; a thread ranks all of it anew now and then, beside the searches.
//
// On the disk is at most a snapshot from which a start goes on; without one the index says that it
// follows no feed yet, and is told all.
//
// Threads: thread-safe. One writer (the pump), the ranking thread, and any number of searches.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <thread>

#include "search/memory/documents.h"
#include "search/memory/segment.h"
#include "search/memory/turns.h"
#include "swapmeet/search.h"

namespace swapmeet::search_memory {

class Index final : public Search, public ChangeFollower {
 public:
  static constexpr std::size_t kRankAfter = 20'000;
  using Report = std::function<void(std::string_view message, const std::string& why)>;
  // `rank_after`: new documents that the fresh segment takes at least before all is ranked anew.
  explicit Index(std::size_t max_results, std::size_t rank_after = kRankAfter);
  // The same, and goes on from the snapshot in this file; when there is none that is good, `report`
  // is told why and the index follows no feed yet. Writes one whenever all was ranked, and at the
  // end.
  Index(std::size_t max_results, std::filesystem::path snapshot, Report report);
  ~Index() override;
  Index(const Index&) = delete;
  Index& operator=(const Index&) = delete;

  Result<SearchPage> search(const SearchRequest& request) override;
  Result<std::vector<std::string>> suggest(const SuggestRequest& request) override;
  ChangeFollower* follower() noexcept override { return this; }
  Result<FeedPosition> applied() override;
  Result<void> apply(const ChangeBatch& batch) override;

  // Writes a snapshot to the file. Searches go on meanwhile, what changes waits.
  Result<void> save(const std::filesystem::path& file);
  // Reads all of a snapshot and says where in its feed it stands. Throws BadSnapshot.
  static FeedPosition verify(const std::filesystem::path& snapshot);

  // Ranks all anew, beside the searches. The index's own thread does so when it is due.
  void rank();
  std::size_t ranked() const;  // documents in the ranked segment

 private:
  struct State {
    Documents documents;
    std::shared_ptr<const RankedSegment> ranked = std::make_shared<RankedSegment>();
    std::shared_ptr<const FreshSegment> aging;  // the fresh one of before, while all is ranked
    std::shared_ptr<FreshSegment> fresh = std::make_shared<FreshSegment>();
  };
  class Reading;
  class Writing;
  class Reordering;
  static void add_fresh(State& state, Number document);
  void apply_to_listing(const Change& change);
  void apply_to_peer(const Change& change);
  static FeedPosition read(const std::filesystem::path& snapshot, State& state);
  void load();
  void save_what_changed();
  void rank_when_due();
  bool is_current(const std::shared_ptr<State>& state) const;
  std::shared_ptr<const RankedSegment> ranked_anew(const std::shared_ptr<State>& state) const;
  bool is_due() const;
  bool is_worth_ranking() const;
  bool is_worth_saving() const;

  const std::size_t max_results_;
  const std::size_t rank_after_;
  std::mutex writer_;   // one apply() at a time
  mutable Turns gate_;  // who wants to change goes before those who come to read
  mutable std::shared_mutex lock_;
  std::shared_ptr<State> state_ = std::make_shared<State>();  // under lock_, as all below
  FeedPosition position_;
  std::size_t changes_ = 0;  // of sources, since all was ranked

  std::filesystem::path snapshot_;  // empty: none
  Report report_;
  FeedPosition saved_;  // of the snapshot

  std::mutex ranking_;  // one rank() at a time
  std::mutex due_mutex_;
  std::condition_variable due_changed_;
  bool due_ = false;
  std::atomic<bool> stopping_ = false;
  std::thread ranker_;
};

}  // namespace swapmeet::search_memory
