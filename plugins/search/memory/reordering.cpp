#include "search/memory/reordering.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace swapmeet::search_memory {
namespace {

constexpr std::size_t kSlice = 10'000;  // documents at once, while changes wait

}  // namespace

Reordering::Reordering(FairLock& lock, std::shared_ptr<const State> state, IsWanted is_wanted)
    : lock_(lock),
      state_(std::move(state)),
      is_wanted_(std::move(is_wanted)),
      ranked_(state_->ranked),
      aging_(state_->aging) {}

std::shared_ptr<const RankedSegment> Reordering::run() {
  if (!find_listed() || !sort()) return nullptr;
  return merged();
}

bool Reordering::find_listed() {
  const auto end = in_ranked() + static_cast<Rank>(aging_->entries().size());
  for (Rank at = 0; at < end;) {
    const FairLock::Reading reading(lock_);
    if (!is_wanted_()) return false;
    seen_.resize(state_->documents.document_slots());
    everyones_.clear();
    for (const auto& audience : state_->documents.audiences())
      everyones_.push_back(audience.everyone);
    for (const auto stop = std::min<std::size_t>(end, at + kSlice); at < stop; ++at) add(at);
  }
  return true;
}

void Reordering::add(Rank at) {
  const auto& entry = entry_at(at);
  const auto& documents = state_->documents;
  if (seen_[entry.document] || documents.document(entry.document).listings == 0) return;
  seen_[entry.document] = true;
  places_.push_back({0, entry.content, at});
  if (entry.content >= weights_.size()) weights_.resize(entry.content + 1);
  auto& weight = weights_[entry.content];
  if (weight.sources == kNone) weight.sources = documents.sources(entry.content, everyones_);
  if (entry.restricted == 0) weight.shortest_name = std::min(weight.shortest_name, entry.name_size);
}

void Reordering::sort_contents() {
  for (auto& place : places_) {
    const auto& weight = weights_[place.content];
    place.order = ~std::uint64_t{weight.sources} << 8 | weight.shortest_name;
  }
  std::sort(places_.begin(), places_.end(), [](const Place& a, const Place& b) {
    return std::tie(a.order, a.content, a.at) < std::tie(b.order, b.content, b.at);
  });
}

bool Reordering::sort() {
  sort_contents();
  const auto is_preferred = [&](const Place& a, const Place& b) {
    return state_->documents.is_preferred(entry_at(a.at), entry_at(b.at));
  };
  for (auto first = places_.begin(); first != places_.end();) {
    const FairLock::Reading reading(lock_);
    if (!is_wanted_()) return false;
    const auto stop = first + std::min<std::ptrdiff_t>(kSlice, places_.end() - first);
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

std::shared_ptr<const RankedSegment> Reordering::merged() const {
  std::vector<Rank> order;
  order.reserve(places_.size());
  for (const auto& place : places_) order.push_back(place.at);
  return std::make_shared<RankedSegment>(RankedSegment::merged(*ranked_, *aging_, order));
}

}  // namespace swapmeet::search_memory
