#include "host/http/front.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "host/http/refusal.h"

namespace swapmeet::http {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds kSweep{200};       // how exact timeouts are
constexpr milliseconds kDrain{1500};      // for running requests, at the end
constexpr int kMostAcceptedAtOnce = 256;  // before the others get their turn
constexpr std::size_t kMostTurns = 16;    // before what has happened since is looked at
constexpr std::uint64_t kListenerId = 0;
constexpr std::uint64_t kWakeId = 1;
constexpr std::uint64_t kFirstId = 16;

Instant now() { return std::chrono::steady_clock::now(); }

}  // namespace

Front::Front(const ListenOptions& options, Hooks hooks, ListeningSocket socket)
    : options_(options),
      hooks_(std::move(hooks)),
      listening_(std::move(socket)),
      address_{options.address.host, listening_.port()},
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      instance_(std::to_string(::getpid()) + "-"),
      next_id_(kFirstId),
      tally_(hooks_.log),
      next_sweep_(now() + kSweep),
      workers_(hooks_.workers) {
  watch(listening_.descriptor(), kListenerId, EPOLLIN);
  watch(wake_.descriptor(), kWakeId, EPOLLIN);
  thread_ = std::thread([this] { loop(); });
}

Front::~Front() {
  stopping_ = true;
  wake();
  thread_.join();
  workers_.stop();
  connections_.clear();
  for (auto& done : answers_) forget(done.response);
}

void Front::set_limits(const ListenOptions& options) {
  {
    const std::lock_guard lock(mutex_);
    new_limits_ = options;
  }
  wake();
}

void Front::watch(int descriptor, std::uint64_t id, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = id;
  epoll_ctl(epoll_.descriptor(), EPOLL_CTL_ADD, descriptor, &event);
}

void Front::wake() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto n = ::write(wake_.descriptor(), &one, sizeof one);
}

void Front::log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
  if (hooks_.log) hooks_.log(level, message, fields);
}

void Front::loop() {
  epoll_event events[256];
  while (!drained()) {
    const int count = epoll_wait(epoll_.descriptor(), events, 256, milliseconds_to_wait());
    for (int i = 0; i < count; ++i) {
      const auto id = events[i].data.u64;
      if (id == kListenerId)
        accept_all();
      else if (id == kWakeId)
        take_wakes();
      else if (const auto found = connections_.find(id); found != connections_.end())
        serve(*found->second, events[i].events);
    }
    resume_paced();
    for (auto turns = std::min(runnable_.size(), kMostTurns); turns > 0; --turns) {
      const auto found = connections_.find(runnable_.front());
      runnable_.pop_front();
      if (found != connections_.end()) resume(*found->second);
    }
    if (buffered_ > options_.max_buffered) crowd_out();
    if (now() >= next_sweep_) sweep();
  }
}

int Front::milliseconds_to_wait() const {
  if (!runnable_.empty()) return 0;
  if (paced_.empty()) return static_cast<int>(kSweep.count());
  const auto left = std::chrono::ceil<milliseconds>(paced_.begin()->first - now());
  return static_cast<int>(std::clamp(left, milliseconds(0), kSweep).count());
}

// Those whose moment has come, in the order in which they began to wait for it.
void Front::resume_paced() {
  if (paced_.empty()) return;
  const auto moment = now();
  while (!paced_.empty() && paced_.begin()->first <= moment) {
    const auto id = paced_.begin()->second;
    paced_.erase(paced_.begin());
    const auto found = connections_.find(id);
    if (found == connections_.end()) continue;
    found->second->paced = false;
    if (found->second->state == Connection::State::sending) send(*found->second);
  }
}

// The events are edges: each is told once, so what they say is remembered until it is read.
void Front::serve(Connection& connection, std::uint32_t events) {
  if (events & (EPOLLERR | EPOLLHUP)) {
    // Its request is still in memory, and so counted, until the answer finds nobody.
    if (connection.state == Connection::State::handling) return;
    return close(connection);
  }
  if (events & EPOLLRDHUP) {
    connection.ended = true;
    if (connection.state == Connection::State::streaming) return close(connection);
  }
  if (events & (EPOLLIN | EPOLLRDHUP)) connection.readable = true;
  if (connection.state == Connection::State::reading_body) return wait_for_turn(connection);
  advance(connection);
}

void Front::wait_for_turn(Connection& connection) {
  if (!std::exchange(connection.in_turn, true)) runnable_.push_back(connection.id);
}

// False while there is something to do; at the end gives running requests their moment.
bool Front::drained() {
  if (!stopping_) return false;
  if (drain_until_ == Instant{}) {
    drain_until_ = now() + kDrain;
    listening_.close();
  }
  std::vector<Connection*> idle;
  for (const auto& [id, connection] : connections_)
    if (connection->state != Connection::State::handling &&
        connection->state != Connection::State::sending)
      idle.push_back(connection.get());
  for (auto* connection : idle) close(*connection);
  return connections_.empty() || now() > drain_until_;
}

void Front::accept_all() {
  for (int i = 0; i < kMostAcceptedAtOnce; ++i) {
    Accepted accepted;
    switch (listening_.accept(accepted)) {
      case ListeningSocket::Outcome::nobody: return;
      case ListeningSocket::Outcome::turned_away: ++tally_.counts.out_of_files; continue;
      case ListeningSocket::Outcome::out_of_files:
        ++tally_.counts.out_of_files;
        accepting_ = false;
        epoll_ctl(epoll_.descriptor(), EPOLL_CTL_DEL, listening_.descriptor(), nullptr);
        return;
      case ListeningSocket::Outcome::accepted: take_in(std::move(accepted)); break;
    }
  }
}

bool Front::has_place(const std::string& address) {
  if (connections_.size() >= options_.max_connections) {
    ++tally_.counts.full;
    return false;
  }
  const auto from_there = per_address_.find(address);
  if (from_there != per_address_.end() &&
      from_there->second >= options_.max_connections_per_address) {
    ++tally_.counts.address_full;
    return false;
  }
  return true;
}

void Front::take_in(Accepted accepted) {
  auto connection = std::make_unique<Connection>();
  connection->socket = accepted.socket;
  if (!has_place(accepted.address)) return say_full(accepted.socket);
  ++tally_.counts.accepted;
  ++per_address_[accepted.address];
  connection->address = std::move(accepted.address);
  connection->port = accepted.port;
  connection->id = next_id_++;
  connection->deadline = now() + options_.header_timeout;
  watch(connection->socket, connection->id, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
  connections_.emplace(connection->id, std::move(connection));
}

void Front::take_wakes() {
  std::uint64_t count = 0;
  [[maybe_unused]] const auto n = ::read(wake_.descriptor(), &count, sizeof count);
  std::vector<Answer> answers;
  std::vector<std::uint64_t> kicked;
  {
    const std::lock_guard lock(mutex_);
    answers.swap(answers_);
    kicked.swap(kicked_);
    if (new_limits_) options_ = std::move(*std::exchange(new_limits_, std::nullopt));
  }
  for (auto& done : answers)
    if (const auto found = connections_.find(done.connection); found != connections_.end())
      answer(*found->second, std::move(done.response));
    else
      forget(done.response);
  for (const auto id : kicked)
    if (const auto found = connections_.find(id); found != connections_.end())
      feed_stream(*found->second);
}

void Front::sweep() {
  const auto moment = now();
  next_sweep_ = moment + kSweep;
  std::vector<Connection*> late;
  for (const auto& [id, connection] : connections_)
    if (connection->state != Connection::State::handling && moment > connection->deadline)
      late.push_back(connection.get());
  for (auto* connection : late) {
    const bool began =
        connection->state == Connection::State::reading_body ||
        (connection->state == Connection::State::reading_head && !connection->in.empty());
    if (began || connection->state == Connection::State::sending ||
        connection->state == Connection::State::streaming)
      ++tally_.counts.slow;
    if (began)
      refuse(*connection, 408, "the request took too long to arrive");
    else
      close(*connection);
  }
  if (!accepting_ && !stopping_) {
    accepting_ = true;
    watch(listening_.descriptor(), kListenerId, EPOLLIN);
  }
  tally_.report(moment, connections_.size());
}

void Front::close(Connection& connection) {
  const auto count = per_address_.find(connection.address);
  if (count != per_address_.end() && --count->second == 0) per_address_.erase(count);
  buffered_ -= connection.held;
  connections_.erase(connection.id);
}

void Front::resume(Connection& connection) {
  connection.in_turn = false;
  if (connection.state == Connection::State::reading_head && !connection.in.empty() &&
      take_head(connection))
    return;  // pipelined; the connection may be gone
  advance(connection);
}

void Front::count_held(Connection& connection) {
  const auto in =
      connection.state == Connection::State::reading_body
          ? connection.in.size() + (connection.chunks ? connection.chunks->body().size() : 0)
          : 0;
  const auto held = in + connection.out.unsent();
  buffered_ = buffered_ - connection.held + held;
  connection.held = held;
}

void Front::crowd_out() {
  while (buffered_ > options_.max_buffered) {
    auto* victim = slowest();
    if (!victim) return;
    ++tally_.counts.crowded_out;
    if (victim->state == Connection::State::reading_body)
      refuse(*victim, 503, "the host has too much to receive at once; try again in a moment");
    else
      close(*victim);
  }
}

// Of those that hold memory, the one that moved the least since its body or its answer began.
Connection* Front::slowest() {
  const auto moment = now();
  Connection* found = nullptr;
  double least = 0;
  for (const auto& [id, connection] : connections_) {
    if (connection->held == 0 || connection->state == Connection::State::handling) continue;
    const auto moved = connection->state == Connection::State::reading_body
                           ? connection->received
                           : connection->out.progress();
    const std::chrono::duration<double> time = moment - connection->since;
    const double rate = static_cast<double>(moved + 1) / (time.count() + 1);
    if (found && rate >= least) continue;
    found = connection.get();
    least = rate;
  }
  return found;
}

Result<std::unique_ptr<Listener>> listen(const ListenOptions& options, Hooks hooks) {
  auto socket = ListeningSocket::open(options.address);
  if (!socket) return std::move(socket).error();
  return std::unique_ptr<Listener>(
      std::make_unique<Front>(options, std::move(hooks), std::move(*socket)));
}

}  // namespace swapmeet::http
