// The search index in memory: what the registry's feed told, ranked by how many sources a content
// has, so that the best hits are met first and a search stops when it has enough. What is new waits
// in a fresh segment; a thread ranks all of it anew now and then, beside the searches.
//
// Nothing is on the disk: after a start the index says that it follows no feed yet, and is told
// all.
//
// Threads: thread-safe. One writer (the pump), the ranking thread, and any number of searches.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <thread>

#include "search/memory/documents.h"
#include "search/memory/segment.h"
#include "swapmeet/search.h"

namespace search_memory {

class Index final : public Search, public ChangeFollower {
 public:
  // `rank_after`: new documents that the fresh segment takes at least before all is ranked anew.
  explicit Index(std::size_t max_results, std::size_t rank_after = 20'000);
  ~Index() override;
  Index(const Index&) = delete;
  Index& operator=(const Index&) = delete;

  Result<SearchPage> search(const SearchRequest& request) override;
  Result<std::vector<std::string>> suggest(const SuggestRequest& request) override;
  ChangeFollower* follower() noexcept override { return this; }
  Result<FeedPosition> applied() override;
  Result<void> apply(const ChangeBatch& batch) override;

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
  void apply_to_listing(const Change& change);
  void apply_to_peer(const Change& change);
  void rank_when_due();
  bool is_due() const;

  const std::size_t max_results_;
  const std::size_t rank_after_;
  std::mutex writer_;        // one apply() at a time
  mutable std::mutex gate_;  // who wants to change goes before those who come to read
  mutable std::shared_mutex lock_;
  std::shared_ptr<State> state_ = std::make_shared<State>();  // under lock_, as all below
  FeedPosition position_;
  std::size_t changes_ = 0;  // of sources, since all was ranked

  std::mutex ranking_;  // one rank() at a time
  std::mutex due_mutex_;
  std::condition_variable due_changed_;
  bool due_ = false;
  bool stopping_ = false;
  std::thread ranker_;
};

}  // namespace search_memory
