#include "host/reach/questions.h"

#include <algorithm>
#include <array>

namespace swapmeet {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::seconds kFirstRest{30};
constexpr std::chrono::seconds kLongestRest{600};
constexpr std::size_t kMostResting = 10'000;

Error busy(const char* sentence) {
  return {ErrorCode::too_many, sentence, std::nullopt, std::chrono::seconds(2)};
}

}  // namespace

bool Questions::rests_with_lock(const Source& source) const {
  const auto now = clock_.steady();
  return std::ranges::any_of(std::array{&source.peer, &source.where}, [&](const auto* key) {
    const auto found = resting_.find(*key);
    return found != resting_.end() && found->second.until > now;
  });
}

bool Questions::rests(const Source& source) {
  const std::lock_guard lock(mutex_);
  return rests_with_lock(source);
}

std::size_t Questions::asking() const {
  const std::lock_guard lock(mutex_);
  return asking_.size();
}

bool Questions::is_asked(const Source& source) const {
  return std::ranges::any_of(asking_, [&](const Place* one) {
    return one->source_.peer == source.peer || one->source_.where == source.where;
  });
}

// Who waits does not wait for somebody who dawdles.
void Questions::take_oldest() {
  for (auto* one : asking_) {
    if (one->stop_) continue;
    if (clock_.steady() - one->began_ >= limits_.safe) one->stop_ = true;
    return;
  }
}

Result<std::unique_ptr<Questions::Place>> Questions::begin(const Source& source) {
  std::unique_lock lock(mutex_);
  const auto until = clock_.steady() + limits_.patience;
  if (asking_.size() >= limits_.at_once && waiting_ >= limits_.waiting)
    return busy("too much is asked of sources at once; try again");
  ++waiting_;
  while (asking_.size() >= limits_.at_once && clock_.steady() < until) {
    take_oldest();
    const auto look = std::min(until, clock_.steady() + limits_.safe / 4);
    clock_.wait_until(lock, changed_, look, [&] { return asking_.size() < limits_.at_once; });
  }
  --waiting_;
  if (rests_with_lock(source)) return too_many("this source was too slow lately");
  if (is_asked(source)) return busy("its source is being asked for something else; try again");
  if (asking_.size() >= limits_.at_once)
    return busy("too much is asked of sources at once; try again");
  std::unique_ptr<Place> place(new Place(*this, source, clock_.steady()));
  asking_.push_back(place.get());
  return place;
}

void Questions::leave(const Place& place) {
  const std::lock_guard lock(mutex_);
  std::erase(asking_, &place);
  changed_.notify_all();
  const bool was_slow = !place.answered_ && clock_.steady() - place.began_ >= limits_.safe;
  for (const auto* key : {&place.source_.peer, &place.source_.where}) {
    if (!was_slow) {
      if (place.answered_) resting_.erase(*key);
      continue;
    }
    auto& rest = resting_[*key];
    const auto doublings = std::min<std::uint32_t>(rest.times++, 5);
    rest.until = clock_.steady() + std::min(kFirstRest * (1 << doublings), kLongestRest);
  }
  if (resting_.size() <= kMostResting) return;
  const auto now = clock_.steady();
  std::erase_if(resting_, [&](const auto& one) { return one.second.until <= now; });
  if (resting_.size() > kMostResting) resting_.clear();
}

}  // namespace swapmeet
