// When and how the index ranks all anew, beside the searches.
#include <algorithm>
#include <chrono>
#include <tuple>
#include <utility>

#include "search/memory/index.h"
#include "search/memory/locks.h"
#include "swapmeet/background.h"
#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace swapmeet::search_memory {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::size_t kAsked = 10'000;  // documents at once, while changes wait
constexpr std::chrono::seconds kLook{5};
constexpr std::chrono::minutes kBetweenRankings{1};   // when it is not urgent
constexpr std::chrono::minutes kBetweenSnapshots{1};  // at least

// A document in its place among all.
struct Place {
  std::uint64_t order;  // the less the better: few sources, then a long name, come late
  Number content;
  Rank at;  // in the segments as they are: see RankedSegment::merged
};

}  // namespace

// With the lock.
bool Index::is_due() const {
  const auto ranked = state_->ranked->entries().size();
  return state_->fresh->entries().size() >= std::max(rank_after_, ranked / 8) ||
         changes_ > std::max(rank_after_, ranked) * 2;
}

bool Index::is_worth_ranking() const {
  const Reading reading(*this);
  return state_->fresh->entries().size() >= rank_after_;
}

bool Index::is_worth_saving() const {
  const Reading reading(*this);
  return position_.feed != saved_.feed || position_.revision - saved_.revision >= rank_after_;
}

// What is due at once, and now and then what would not be due otherwise.
void Index::rank_when_due() {
  run_in_background();
  auto rank_at = Steady::now() + kBetweenRankings;
  auto save_at = Steady::now();
  std::unique_lock lock(due_mutex_);
  while (true) {
    due_changed_.wait_for(lock, kLook, [this] { return stopping_ || due_; });
    if (stopping_) return;
    const bool due = std::exchange(due_, false);
    lock.unlock();
    const auto began = Steady::now();
    if (due || (began >= rank_at && is_worth_ranking())) {
      rank();
      rank_at = Steady::now() + kBetweenRankings;
    }
    if (!snapshot_.empty() && began >= save_at && is_worth_saving()) {
      save_what_changed();
      save_at = Steady::now() + kBetweenSnapshots;
    }
    const auto took = Steady::now() - began;
    lock.lock();
    // At most a fifth of a processor, however much changes.
    due_changed_.wait_for(lock, took * 4, [this] { return stopping_.load(); });
  }
}

void Index::rank() {
  const std::lock_guard one_ranking(ranking_);
  std::vector<Number> unlisted;
  std::shared_ptr<State> state;
  {
    const Writing writing(*this);
    state = state_;
    unlisted = state->documents.take_unlisted();
    state->documents.begin_round();
    state->aging = std::exchange(state->fresh, std::make_shared<FreshSegment>());
    changes_ = 0;
  }
  std::shared_ptr<const RankedSegment> ranked = ranked_anew(state);
  std::shared_ptr<const FreshSegment> aged;
  {
    const Writing writing(*this);
    if (!ranked || !is_current(state)) return state->documents.give_back_unlisted(unlisted);
    state->ranked.swap(ranked);
    state->aging.swap(aged);
    state->documents.end_rounds_before();
    state->documents.recycle(unlisted);
  }
  ranked.reset();
  aged.reset();
#ifdef __GLIBC__
  malloc_trim(0);  // what ranking took goes back to the system, else it would be kept for good
#endif
}

// Between the slices the feed may start over or the host stop, and all of it is for nothing. With
// the lock.
bool Index::is_current(const std::shared_ptr<State>& state) const {
  return state_ == state && !stopping_;
}

// What a segment and the one that has aged beside it become: more sources, then short names; the
// documents of a content in a row, in the order in which a search prefers them.
class Index::Reordering {
 public:
  Reordering(const Index& index, std::shared_ptr<State> state)
      : index_(index), state_(std::move(state)), ranked_(state_->ranked), aging_(state_->aging) {}

  // These are false when all of it is for nothing.
  bool find_listed();
  bool sort();
  std::shared_ptr<const RankedSegment> merged() const;

 private:
  struct Weight {
    Number sources = kNone;
    std::uint8_t shortest_name = 255;
  };
  Rank in_ranked() const { return static_cast<Rank>(ranked_->entries().size()); }
  const Entry& entry_at(Rank at) const {
    return at < in_ranked() ? ranked_->entries()[at] : aging_->entries()[at - in_ranked()];
  }
  void add(Rank at);
  void sort_contents();

  const Index& index_;
  const std::shared_ptr<State> state_;
  const std::shared_ptr<const RankedSegment> ranked_;  // these two stay as they are
  const std::shared_ptr<const FreshSegment> aging_;
  std::vector<Place> places_;
  std::vector<bool> seen_;       // by document: one that is listed again may stand in both
  std::vector<Weight> weights_;  // by content, and the same for all its documents
};

bool Index::Reordering::find_listed() {
  const auto end = in_ranked() + static_cast<Rank>(aging_->entries().size());
  for (Rank at = 0; at < end;) {
    const Reading reading(index_);
    if (!index_.is_current(state_)) return false;
    seen_.resize(state_->documents.document_slots());
    for (const auto stop = std::min<std::size_t>(end, at + kAsked); at < stop; ++at) add(at);
  }
  return true;
}

void Index::Reordering::add(Rank at) {
  const auto& entry = entry_at(at);
  const auto& documents = state_->documents;
  if (seen_[entry.document] || documents.document(entry.document).listings == 0) return;
  seen_[entry.document] = true;
  places_.push_back({0, entry.content, at});
  if (entry.content >= weights_.size()) weights_.resize(entry.content + 1);
  auto& weight = weights_[entry.content];
  if (weight.sources == kNone) weight.sources = documents.sources(entry.content);
  weight.shortest_name = std::min(weight.shortest_name, entry.name_size);
}

void Index::Reordering::sort_contents() {
  for (auto& place : places_) {
    const auto& weight = weights_[place.content];
    place.order = ~std::uint64_t{weight.sources} << 8 | weight.shortest_name;
  }
  std::sort(places_.begin(), places_.end(), [](const Place& a, const Place& b) {
    return std::tie(a.order, a.content, a.at) < std::tie(b.order, b.content, b.at);
  });
}

bool Index::Reordering::sort() {
  sort_contents();
  const auto is_preferred = [&](const Place& a, const Place& b) {
    return state_->documents.is_preferred(entry_at(a.at), entry_at(b.at));
  };
  for (auto first = places_.begin(); first != places_.end();) {
    const Reading reading(index_);
    if (!index_.is_current(state_)) return false;
    const auto stop = first + std::min<std::ptrdiff_t>(kAsked, places_.end() - first);
    while (first < stop) {
      const auto next = std::find_if(first, places_.end(), [&](const Place& place) {
        return place.content != first->content;
      });
      // Those that were ranked before are in order.
      if (next - first > 1 && (next - 1)->at >= in_ranked()) std::sort(first, next, is_preferred);
      first = next;
    }
  }
  return true;
}

std::shared_ptr<const RankedSegment> Index::Reordering::merged() const {
  std::vector<Rank> order;
  order.reserve(places_.size());
  for (const auto& place : places_) order.push_back(place.at);
  return std::make_shared<RankedSegment>(RankedSegment::merged(*ranked_, *aging_, order));
}

// nullptr when it was for nothing.
std::shared_ptr<const RankedSegment> Index::ranked_anew(const std::shared_ptr<State>& state) const {
  Reordering reordering(*this, state);
  if (!reordering.find_listed() || !reordering.sort()) return nullptr;
  return reordering.merged();
}

}  // namespace swapmeet::search_memory
