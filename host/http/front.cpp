#include "host/http/front.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "host/http/refusal.h"
#include "swapmeet/local_address.h"

namespace swapmeet::http {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds kSweep{200};       // how exact timeouts are
constexpr milliseconds kDrain{1500};      // for running requests, at the end
constexpr int kMostAcceptedAtOnce = 256;  // before the others get their turn
constexpr std::size_t kMostTurns = 16;    // before what has happened since is looked at
constexpr std::size_t kMostShaking = 4;   // threads for handshakes
constexpr std::uint64_t kListenerId = 0;
constexpr std::uint64_t kMailId = 1;
constexpr std::uint64_t kLocalId = 2;
constexpr std::uint64_t kFirstId = 16;

std::size_t threads_for_handshakes() {
  return std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, kMostShaking);
}

}  // namespace

Front::Front(const ListenOptions& options, const Clock& clock, const Hooks& hooks,
             ListeningSocket socket, std::optional<ListeningSocket> local)
    : options_(options),
      clock_(clock),
      hooks_(hooks),
      listening_(std::move(socket)),
      local_(std::move(local)),
      address_{options.address.host, listening_.port()},
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      instance_(std::to_string(::getpid()) + "-"),
      turn_(clock_.steady()),
      next_id_(kFirstId),
      tally_(hooks.log),
      next_sweep_(turn_ + kSweep),
      handlers_(hooks, clock),
      workers_(hooks.workers, hooks.inside),
      handshakes_(threads_for_handshakes(), [this](auto step) { mailbox_.leave(step); }) {
  watch_listening();
  watch(mailbox_.descriptor(), kMailId, EPOLLIN);
  thread_ = std::thread([this] { loop(); });
}

Front::~Front() {
  stopping_ = true;
  mailbox_.wake();
  thread_.join();
  handshakes_.stop();
  workers_.stop();
  connections_.clear();
  for (auto& done : mailbox_.take().answers) forget(done.response);
}

void Front::watch(int descriptor, std::uint64_t id, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = id;
  epoll_ctl(epoll_.descriptor(), EPOLL_CTL_ADD, descriptor, &event);
}

Connection* Front::find(std::uint64_t id) {
  const auto found = connections_.find(id);
  return found == connections_.end() ? nullptr : found->second.get();
}

void Front::loop() {
  epoll_event events[256];
  while (!drained()) {
    const int count = epoll_wait(epoll_.descriptor(), events, 256, milliseconds_to_wait());
    turn_ = clock_.steady();
    for (int i = 0; i < count; ++i) {
      const auto id = events[i].data.u64;
      if (id == kListenerId)
        accept_all(listening_);
      else if (id == kLocalId)
        accept_all(*local_);
      else if (id == kMailId)
        take_mail();
      else if (auto* connection = find(id))
        serve(*connection, events[i].events);
    }
    resume_paced();
    give_turns();
    crowd_out();
    if (turn_ >= next_sweep_) sweep();
  }
}

int Front::milliseconds_to_wait() const {
  if (!runnable_.empty()) return 0;
  const auto due = pacing_.next();
  if (!due) return static_cast<int>(kSweep.count());
  const auto left = std::chrono::ceil<milliseconds>(*due - clock_.steady());
  return static_cast<int>(std::clamp(left, milliseconds(0), kSweep).count());
}

void Front::resume_paced() {
  while (const auto id = pacing_.take_due(turn_))
    if (auto* connection = find(*id); connection->state == Connection::State::sending)
      send(*connection);
}

void Front::give_turns() {
  for (auto turns = std::min(runnable_.size(), kMostTurns); turns > 0; --turns) {
    auto* connection = find(runnable_.front());
    runnable_.pop_front();
    if (connection) resume(*connection);
  }
}

// The events are edges: each is told once, so what they say is remembered until it is read.
void Front::serve(Connection& connection, std::uint32_t events) {
  if (events & (EPOLLERR | EPOLLHUP)) {
    // Its request is still in memory, and so counted, until the answer finds nobody.
    if (connection.state == Connection::State::handling) {
      if (connection.cancelled) *connection.cancelled = true;
      return;
    }
    return close(connection);
  }
  if (events & EPOLLRDHUP) {
    connection.ended = true;
    if (connection.state == Connection::State::streaming) return close(connection);
  }
  if (events & (EPOLLIN | EPOLLRDHUP))
    connection.readable = true;
  else if (connection.state == Connection::State::greeting && !connection.channel.is_secure())
    return;  // only that it can be written to
  // Its turn comes anyway. Until then it may have whole requests, which an end must not overtake.
  if (connection.in_turn) return;
  if (connection.state == Connection::State::reading_body) return wait_for_turn(connection);
  advance(connection);
}

void Front::wait_for_turn(Connection& connection) {
  if (!std::exchange(connection.in_turn, true)) runnable_.push_back(connection.id);
}

// False while there is something to do; at the end gives running requests their moment.
bool Front::drained() {
  if (!stopping_) return false;
  const auto now = clock_.steady();
  if (!drain_until_) {
    drain_until_ = now + kDrain;
    listening_.close();
    if (local_) local_->close();
  }
  std::vector<Connection*> idle;
  for (const auto& [id, connection] : connections_)
    if (connection->state != Connection::State::handling &&
        connection->state != Connection::State::sending)
      idle.push_back(connection.get());
  for (auto* connection : idle) close(*connection);
  return connections_.empty() || now > *drain_until_;
}

void Front::watch_listening() {
  watch(listening_.descriptor(), kListenerId, EPOLLIN);
  if (local_) watch(local_->descriptor(), kLocalId, EPOLLIN);
}

void Front::rest_listening() {
  accepting_ = false;
  epoll_ctl(epoll_.descriptor(), EPOLL_CTL_DEL, listening_.descriptor(), nullptr);
  if (local_) epoll_ctl(epoll_.descriptor(), EPOLL_CTL_DEL, local_->descriptor(), nullptr);
}

void Front::accept_all(ListeningSocket& listening) {
  for (int i = 0; i < kMostAcceptedAtOnce; ++i) {
    Accepted accepted;
    switch (listening.accept(accepted)) {
      case ListeningSocket::Outcome::nobody: return;
      case ListeningSocket::Outcome::turned_away: ++tally_.counts.out_of_files; continue;
      case ListeningSocket::Outcome::out_of_files:
        ++tally_.counts.out_of_files;
        return rest_listening();
      case ListeningSocket::Outcome::accepted: take_in(std::move(accepted)); break;
    }
  }
}

void Front::take_in(Accepted accepted) {
  const auto place = places_.take(accepted.address, options_);
  if (place != Places::Outcome::taken) {
    const bool of_address = place == Places::Outcome::address_full;
    ++(of_address ? tally_.counts.address_full : tally_.counts.full);
    if (hooks_.turned_away) hooks_.turned_away(of_address);
    return say_full(accepted.socket);
  }
  auto connection = std::make_unique<Connection>(accepted.socket);
  const bool is_local = accepted.address == kLocalAddress;
  if (options_.tls != Tls::off && !is_local) connection->state = Connection::State::greeting;
  ++tally_.counts.accepted;
  connection->address = std::move(accepted.address);
  connection->port = accepted.port;
  connection->id = next_id_++;
  connection->deadline = turn_ + options_.header_timeout;
  watch(accepted.socket, connection->id, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
  connections_.emplace(connection->id, std::move(connection));
}

void Front::take_mail() {
  auto mail = mailbox_.take();
  if (mail.limits) options_ = std::move(*mail.limits);
  for (auto& done : mail.answers)
    if (auto* connection = find(done.connection);
        connection && connection->state == Connection::State::handling &&
        connection->call == done.call)
      answer(*connection, std::move(done.response));
    else
      forget(done.response);
  for (const auto& step : mail.handshakes) take_handshake(step);
  for (const auto id : mail.kicked)
    if (auto* connection = find(id)) feed_stream(*connection);
}

void Front::sweep() {
  next_sweep_ = turn_ + kSweep;
  std::vector<Connection*> late;
  for (const auto& [id, connection] : connections_)
    if (turn_ > connection->deadline) late.push_back(connection.get());
  for (auto* connection : late) end_late(*connection);
  end_preparations();
  if (!accepting_ && !stopping_) {
    accepting_ = true;
    watch_listening();
  }
  tally_.report(turn_, connections_.size());
}

// Whoever has begun a request is told why it ends.
void Front::end_late(Connection& connection) {
  if (connection.state == Connection::State::handling) return end_call(connection);
  const bool began = connection.state == Connection::State::reading_body ||
                     (connection.state == Connection::State::reading_head && connection.has_more());
  if (began || connection.state == Connection::State::sending ||
      connection.state == Connection::State::streaming)
    ++tally_.counts.slow;
  if (began)
    refuse(connection, 408, "the request took too long to arrive");
  else
    close(connection);
}

// What the handler still comes to, nobody hears.
void Front::end_call(Connection& connection) {
  const auto given_up = workers_.give_up(connection.job);
  if (given_up.outcome == Workers::Outcome::ended) return;  // its answer is in the mailbox
  *connection.cancelled = true;
  const auto& plugin = given_up.plugin;
  const bool runs = given_up.outcome == Workers::Outcome::runs;
  ++(runs ? tally_.counts.timed_out : tally_.counts.busy);
  const auto id = connection.call_id;
  if (runs)
    answer(connection,
           refusal(504, (plugin.empty() ? "the host" : plugin) + " has not answered in time", id));
  else
    answer(connection, refusal(503,
                               (plugin.empty() ? "the host" : plugin) +
                                   " has too much to do, and this request has waited in vain",
                               id));
}

void Front::close(Connection& connection) {
  if (connection.shaking) {
    connection.doomed = true;
    return;
  }
  places_.give_back(connection.address);
  buffered_.set(connection.id, 0);
  pacing_.remove(connection.id);
  connections_.erase(connection.id);
}

void Front::resume(Connection& connection) {
  connection.in_turn = false;
  if (connection.state == Connection::State::reading_head && connection.has_more() &&
      take_head(connection))
    return;  // pipelined; the connection may be gone
  advance(connection);
}

// When all together hold too much memory, the slowest go.
void Front::crowd_out() {
  while (buffered_.total() > options_.max_buffered) {
    const auto id = buffered_.slowest(turn_, [this](auto one) { return find(one)->progress(); });
    if (!id) return;
    auto& victim = *find(*id);
    ++tally_.counts.crowded_out;
    if (victim.state == Connection::State::reading_body)
      refuse(victim, 503, "the host has too much to receive at once; try again in a moment");
    else
      close(victim);
  }
}

namespace {

class RoutesOf final : public Routes {
 public:
  RoutesOf(Router& router, std::string owner) : router_(router), owner_(std::move(owner)) {}
  Result<Registration> add(const std::string& method, const std::string& pattern, Handler handler,
                           const RouteOptions& options) override {
    return router_.add_for(owner_, method, pattern, std::move(handler), options);
  }

 private:
  Router& router_;
  const std::string owner_;
};

}  // namespace

std::unique_ptr<Routes> Front::routes_of(const std::string& owner) {
  return std::make_unique<RoutesOf>(router_, owner);
}

bool may_be_local(const std::filesystem::path& path) {
  return path.native().size() <= ListeningSocket::kLongestPath;
}

Result<std::unique_ptr<SharedListener>> listen_shared(const ListenOptions& options,
                                                      const Clock& clock, const Hooks& hooks,
                                                      const std::filesystem::path& local) {
  auto socket = ListeningSocket::open(options.address);
  if (!socket) return std::move(socket).error();
  std::optional<ListeningSocket> beside;
  if (!local.empty()) {
    auto opened = ListeningSocket::open_local(local);
    if (!opened) return std::move(opened).error();
    beside.emplace(std::move(*opened));
  }
  return std::unique_ptr<SharedListener>(
      std::make_unique<Front>(options, clock, hooks, std::move(*socket), std::move(beside)));
}

Result<std::unique_ptr<Listener>> listen(const ListenOptions& options, const Clock& clock,
                                         const Hooks& hooks) {
  auto listener = listen_shared(options, clock, hooks);
  if (!listener) return std::move(listener).error();
  return std::unique_ptr<Listener>(std::move(*listener));
}

}  // namespace swapmeet::http
