#include "transfer/swarm/upload_slots.h"

#include <algorithm>
#include <iterator>

namespace swapmeet::swarm {
namespace {

using std::chrono::seconds;

constexpr seconds kKept{3};        // a slot, between two answers
constexpr seconds kLate{2};        // after which others need not wait for one who may go
constexpr seconds kForgotten{30};  // after which the place is lost
constexpr seconds kLongestWait{10};
constexpr std::chrono::milliseconds kTidyEvery{100};
constexpr std::size_t kMostWaiting = 1'000;
constexpr std::size_t kMostWaitingOfOne = 100;

}  // namespace

void UploadSlots::set_slots(std::size_t slots) {
  const std::lock_guard lock(mutex_);
  slots_ = slots;
}

UploadSlots::Turn UploadSlots::enter(const UploadRequest& request) {
  const std::lock_guard lock(mutex_);
  const auto now = clock_.steady();
  tidy(now);
  const Connection connection{request.address, request.port};
  const Who who{request.address, request.reader, request.content};
  const auto known = orders_.find(who);
  if (slots_ == 0 || holders_.contains(connection)) {
    if (known != orders_.end()) depart(known->second);
    ++holders_[connection].answers;
    return {.granted = true};
  }
  const auto order = known != orders_.end() ? known->second : join(request, who);
  if (may_go(order, now)) {
    serving_ = std::max(serving_, order.first);
    depart(order);
    ++holders_[connection].answers;
    return {.granted = true};
  }
  const auto place = place_of(order);
  const auto of_address = std::count_if(queue_.begin(), queue_.end(), [&](const auto& one) {
    return std::get<0>(one.second.who) == request.address;
  });
  if (queue_.size() > kMostWaiting || static_cast<std::size_t>(of_address) > kMostWaitingOfOne) {
    depart(order);
    return {.retry_after = kLongestWait};
  }
  const auto wait = std::min(seconds(place), kLongestWait);
  auto& waiter = queue_.at(order);
  waiter.due = now + wait;
  waiter.status.name = request.name;
  waiter.status.size = request.size;
  return {.place = place, .retry_after = wait};
}

void UploadSlots::leave(const UploadRequest& request, bool for_good) {
  const std::lock_guard lock(mutex_);
  const auto found = holders_.find({request.address, request.port});
  if (found == holders_.end()) return;
  if (--found->second.answers > 0) return;
  found->second.left = clock_.steady();
  if (for_good) holders_.erase(found);
}

std::vector<UploadStatus> UploadSlots::waiting() {
  const std::lock_guard lock(mutex_);
  tidy(clock_.steady());
  std::vector<UploadStatus> all;
  for (const auto& [order, waiter] : queue_) {
    all.push_back(waiter.status);
    all.back().place = all.size();
  }
  return all;
}

// Ends what is over by now; not for every request when there are slots anyway.
void UploadSlots::tidy(Instant now) {
  const bool matters = slots_ > 0 && holders_.size() >= slots_;
  if (!matters && now - tidied_ < kTidyEvery) return;
  tidied_ = now;
  std::erase_if(holders_, [&](const auto& one) {
    return one.second.answers == 0 && now - one.second.left > kKept;
  });
  for (auto at = queue_.begin(); at != queue_.end();) {
    const auto next = std::next(at);
    if (now - at->second.due > kForgotten) depart(at->first);
    at = next;
  }
  if (queue_.empty()) rounds_.clear();
  std::erase_if(rounds_, [&](const auto& one) { return one.second < serving_; });
}

UploadSlots::Order UploadSlots::join(const UploadRequest& request, const Who& who) {
  const auto last = rounds_.find(request.address);
  const auto round = last == rounds_.end() ? serving_ : std::max(serving_, last->second + 1);
  rounds_[request.address] = round;
  const Order order{round, ++last_number_};
  Waiter waiter{who, {}, clock_.steady()};
  waiter.status.address = request.address;
  waiter.status.content = request.content;
  waiter.status.started = clock_.now();
  queue_.emplace(order, std::move(waiter));
  orders_.emplace(who, order);
  return order;
}

void UploadSlots::depart(Order order) {  // a copy: it may stand in what is erased
  const auto found = queue_.find(order);
  orders_.erase(found->second.who);
  queue_.erase(found);
}

// Is there a slot that nobody before has a better right to?
bool UploadSlots::may_go(const Order& order, Instant now) const {
  if (holders_.size() >= slots_) return false;
  const auto before = std::count_if(queue_.begin(), queue_.find(order),
                                    [&](const auto& one) { return now - one.second.due <= kLate; });
  return static_cast<std::size_t>(before) < slots_ - holders_.size();
}

std::uint64_t UploadSlots::place_of(const Order& order) const {
  return static_cast<std::uint64_t>(std::distance(queue_.begin(), queue_.find(order))) + 1;
}

}  // namespace swapmeet::swarm
