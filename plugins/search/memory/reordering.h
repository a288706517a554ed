// The documents of the ranked segment, and those that came since, in the order in which a search
// wants to meet them: contents with more sources first, then those with short names; the documents
// of a content in a row, the one to show first. Sources come and go, so this is done again now and
// then (housekeeping.h), beside the searches. It is not the order of hits: that is finding.h.
// Threads: one thread; takes the lock for a short while at a time, and others read and write
// between.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "search/memory/fair_lock.h"
#include "search/memory/state.h"

namespace swapmeet::search_memory {

class Reordering {
 public:
  // Asked between the slices, with the lock; false when all of it would be for nothing.
  using IsWanted = std::function<bool()>;
  Reordering(FairLock& lock, std::shared_ptr<const State> state, IsWanted is_wanted);

  // The new ranked segment; nullptr when it is no longer wanted.
  std::shared_ptr<const RankedSegment> run();

 private:
  // A document in its place among all.
  struct Place {
    std::uint64_t order;  // the less the better: few sources, then a long name, come late
    Number content;
    Rank at;  // in the segments as they are: see RankedSegment::merged
  };
  struct Weight {
    Number sources = kNone;
    std::uint8_t shortest_name = 255;
  };
  bool find_listed();
  bool sort();
  std::shared_ptr<const RankedSegment> merged() const;
  Rank in_ranked() const { return static_cast<Rank>(ranked_->entries().size()); }
  const Entry& entry_at(Rank at) const {
    return at < in_ranked() ? ranked_->entries()[at] : aging_->entries()[at - in_ranked()];
  }
  void add(Rank at);
  void sort_contents();

  FairLock& lock_;
  const std::shared_ptr<const State> state_;
  const IsWanted is_wanted_;
  const std::shared_ptr<const RankedSegment> ranked_;
  const std::shared_ptr<const FreshSegment> aging_;
  std::vector<Place> places_;
  std::vector<bool> seen_;       // by document: one that is listed again may stand in both
  std::vector<Weight> weights_;  // by content, and the same for all its documents
  // By audience: only what is for everyone gives a content its place, or others could notice it.
  std::vector<bool> everyones_;
};

}  // namespace swapmeet::search_memory
