#include "transfer/swarm/pace/upload_slots.h"

#include <algorithm>
#include <iterator>

namespace swapmeet::transfer_swarm {
namespace {

using std::chrono::seconds;

constexpr seconds kKept{3};        // a slot, between two answers
constexpr seconds kLate{2};        // after which others need not wait for one who may go
constexpr seconds kMissed{4};      // after which nobody is told of it
constexpr seconds kForgotten{30};  // after which the place is lost
constexpr seconds kLongestPlaceWait{10};
constexpr std::chrono::milliseconds kTidyEvery{100};
constexpr seconds kDead{10};    // without a byte
constexpr seconds kCrowded{1};  // until a reader with too many connections asks again
constexpr std::size_t kMostWaiting = 1'000;
constexpr std::size_t kMostWaitingOfOne = 100;
constexpr std::uint64_t kStride = 720'720;  // of a group with weight 1; many weights divide it

}  // namespace

void UploadSlots::set_slots(std::size_t slots) {
  const std::lock_guard lock(mutex_);
  slots_ = slots;
}

void UploadSlots::set_weights(UploadWeights weights) {
  const std::lock_guard lock(mutex_);
  weights_ = std::move(weights);
}

void UploadSlots::set_connections(std::size_t of_each_reader) {
  const std::lock_guard lock(mutex_);
  connections_ = of_each_reader;
}

std::size_t UploadSlots::connections() const {
  const std::lock_guard lock(mutex_);
  return connections_;
}

UploadSlots::Reader UploadSlots::reader_of(const UploadRequest& request) {
  return {request.address, request.reader, request.reader.empty() ? request.port : 0};
}

// Who has no name is known again by what it asks for, as its next connection has another port.
UploadSlots::Who UploadSlots::waiting_as(const UploadRequest& request) {
  return {request.address, request.reader, request.reader.empty() ? request.content : ContentId()};
}

UploadSlots::Turn UploadSlots::enter(const UploadRequest& request) {
  const std::lock_guard lock(mutex_);
  const auto now = clock_.steady();
  tidy(now);
  const auto reader = reader_of(request);
  const auto who = waiting_as(request);
  if (is_crowded(reader, request.port, now)) return {.retry_after = kCrowded, .crowded = true};
  if (slots_ == 0 || holders_.contains(reader)) return admit(reader, request.port, who, now);
  const auto known = waiting_.find(who);
  const auto& ticket = known != waiting_.end() ? known->second : join(request, who);
  auto& waiter = groups_.at(ticket.group).queue.at(ticket.order);
  const auto order = in_order();
  const auto here = std::find(order.begin(), order.end(), &waiter);
  const auto before = std::count_if(order.begin(), here,
                                    [&](const Waiter* other) { return now - other->due <= kLate; });
  if (holders_.size() + static_cast<std::size_t>(before) < slots_) {
    grant(ticket);
    return admit(reader, request.port, who, now);
  }
  const auto of_address = std::count_if(order.begin(), order.end(), [&](const Waiter* other) {
    return std::get<0>(other->who) == request.address;
  });
  if (order.size() > kMostWaiting || static_cast<std::size_t>(of_address) > kMostWaitingOfOne) {
    depart(who);
    return {.retry_after = kLongestPlaceWait};
  }
  const auto place = static_cast<std::uint64_t>(here - order.begin()) + 1;
  const auto wait = std::min(seconds(place), kLongestPlaceWait);
  waiter.due = now + wait;
  waiter.status.content = request.content;
  waiter.status.name = request.name;
  waiter.status.size = std::max(request.size, request.file_size);
  return {.place = place, .retry_after = wait};
}

void UploadSlots::leave(const UploadRequest& request, bool for_good) {
  const std::lock_guard lock(mutex_);
  auto* connection = find(request);
  if (connection == nullptr || --connection->answers > 0) return;
  connection->left = clock_.steady();
  if (!for_good) return;
  const auto holder = holders_.find(reader_of(request));
  holder->second.erase(request.port);
  if (holder->second.empty()) holders_.erase(holder);
}

void UploadSlots::sent(const UploadRequest& request) {
  if (request.reader.empty()) return;  // it has but that connection
  const std::lock_guard lock(mutex_);
  if (auto* connection = find(request)) connection->moved = clock_.steady();
}

UploadSlots::Connection* UploadSlots::find(const UploadRequest& request) {
  const auto holder = holders_.find(reader_of(request));
  if (holder == holders_.end()) return nullptr;
  const auto connection = holder->second.find(request.port);
  return connection == holder->second.end() ? nullptr : &connection->second;
}

bool UploadSlots::is_crowded(const Reader& reader, std::uint16_t port, Instant now) const {
  const auto holder = holders_.find(reader);
  if (holder == holders_.end()) return false;
  const auto busy =
      std::count_if(holder->second.begin(), holder->second.end(), [&](const auto& one) {
        return one.first != port && one.second.answers > 0 && now - one.second.moved <= kDead;
      });
  return static_cast<std::size_t>(busy) >= connections_;
}

UploadSlots::Turn UploadSlots::admit(const Reader& reader, std::uint16_t port, const Who& who,
                                     Instant now) {
  depart(who);
  const auto [connection, first] = holders_[reader].try_emplace(port);
  ++connection->second.answers;
  connection->second.moved = now;
  return {.granted = true, .first = first};
}

std::vector<UploadStatus> UploadSlots::waiting() {
  const std::lock_guard lock(mutex_);
  tidy(clock_.steady());
  std::vector<UploadStatus> all;
  const auto now = clock_.steady();
  for (const auto* waiter : in_order()) {
    if (now - waiter->due > kMissed) continue;  // it has most likely got it elsewhere
    all.push_back(waiter->status);
    all.back().place = all.size();
  }
  return all;
}

// Ends what is over by now; not for every request when there are slots anyway.
void UploadSlots::tidy(Instant now) {
  const bool matters = slots_ > 0 && holders_.size() >= slots_;
  if (!matters && now - tidied_ < kTidyEvery) return;
  tidied_ = now;
  for (auto holder = holders_.begin(); holder != holders_.end();) {
    std::erase_if(holder->second, [&](const auto& one) {
      return one.second.answers == 0 && now - one.second.left > kKept;
    });
    holder = holder->second.empty() ? holders_.erase(holder) : std::next(holder);
  }
  for (auto at = waiting_.begin(); at != waiting_.end();) {
    const auto& [who, ticket] = *at++;
    if (now - groups_.at(ticket.group).queue.at(ticket.order).due > kForgotten) depart(Who(who));
  }
  for (auto& [name, group] : groups_) {
    if (group.queue.empty()) group.rounds.clear();
    std::erase_if(group.rounds,
                  [serving = group.serving](const auto& one) { return one.second < serving; });
  }
}

// The heaviest of those that have a weight; empty: none has.
std::string UploadSlots::group_of(const Identity& who) const {
  auto best = weights_.end();
  for (const auto& name : who.groups) {
    const auto found = weights_.find(name);
    if (found != weights_.end() && (best == weights_.end() || found->second > best->second))
      best = found;
  }
  return best == weights_.end() ? std::string() : best->first;
}

std::uint64_t UploadSlots::stride_of(const std::string& group) const {
  const auto found = weights_.find(group);
  return found == weights_.end() ? kStride : std::max<std::uint64_t>(kStride / found->second, 1);
}

const UploadSlots::Ticket& UploadSlots::join(const UploadRequest& request, const Who& who) {
  const auto name = group_of(request.who);
  auto& group = groups_[name];
  if (group.queue.empty()) group.next = std::max(group.next, now_);
  const auto last = group.rounds.find(request.address);
  const auto round =
      last == group.rounds.end() ? group.serving : std::max(group.serving, last->second + 1);
  group.rounds[request.address] = round;
  const Order order{round, ++last_number_};
  Waiter waiter{who, {}, clock_.steady()};
  waiter.status.address = request.address;
  waiter.status.peer = PeerId::parse(request.reader).value_or(PeerId{});
  waiter.status.account = request.who.account;
  waiter.status.content = request.content;
  waiter.status.started = clock_.now();
  group.queue.emplace(order, std::move(waiter));
  return waiting_.insert_or_assign(who, Ticket{name, order}).first->second;
}

void UploadSlots::depart(const Who& who) {
  const auto found = waiting_.find(who);
  if (found == waiting_.end()) return;
  groups_.at(found->second.group).queue.erase(found->second.order);
  waiting_.erase(found);
}

void UploadSlots::grant(const Ticket& ticket) {
  auto& group = groups_.at(ticket.group);
  group.serving = std::max(group.serving, ticket.order.first);
  now_ = std::max(now_, group.next);
  group.next += stride_of(ticket.group);
}

// As the slots will be given, if all come back in time: always to the group whose turn begins next.
std::vector<const UploadSlots::Waiter*> UploadSlots::in_order() const {
  struct Line {
    std::map<Order, Waiter>::const_iterator at;
    std::map<Order, Waiter>::const_iterator end;
    std::uint64_t next;
    std::uint64_t stride;
  };
  std::vector<Line> lines;
  for (const auto& [name, group] : groups_)
    lines.push_back({group.queue.begin(), group.queue.end(), group.next, stride_of(name)});
  std::vector<const Waiter*> all;
  const auto is_before = [](const Line& a, const Line& b) {
    if ((a.at == a.end) != (b.at == b.end)) return b.at == b.end;
    // Whoever came first, when neither group has waited longer.
    if (a.next == b.next && a.at != a.end) return a.at->first.second < b.at->first.second;
    return a.next < b.next;
  };
  while (!lines.empty()) {
    auto& line = *std::min_element(lines.begin(), lines.end(), is_before);
    if (line.at == line.end) break;
    all.push_back(&line.at->second);
    line.next += line.stride;
    ++line.at;
  }
  return all;
}

}  // namespace swapmeet::transfer_swarm
