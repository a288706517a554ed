#include "path_proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <list>
#include <mutex>
#include <random>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <vector>

#include "path_connection.h"
#include "path_rules.h"

namespace fakes {
namespace {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

sockaddr_in socket_address(const std::string& text) {
  const auto colon = text.rfind(':');
  sockaddr_in address{};
  address.sin_family = AF_INET;
  if (colon == std::string::npos ||
      ::inet_pton(AF_INET, text.substr(0, colon).c_str(), &address.sin_addr) != 1)
    throw std::runtime_error(text + " is not ADDRESS:PORT");
  address.sin_port = htons(static_cast<std::uint16_t>(std::stoul(text.substr(colon + 1))));
  return address;
}

std::string text_of(const sockaddr_in& address) {
  std::array<char, INET_ADDRSTRLEN> text{};
  ::inet_ntop(AF_INET, &address.sin_addr, text.data(), text.size());
  return std::string(text.data()) + ':' + std::to_string(ntohs(address.sin_port));
}

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error(what + ": " + std::strerror(errno));
}

}  // namespace

class PathProxy::Loop {
 public:
  explicit Loop(const PathOptions& options)
      : options_(options),
        half_(std::chrono::duration_cast<PathSpan>(options.round_trip) / 2),
        link_(options.rate),
        idle_(options.round_trip),
        random_(options.seed) {
    const auto rate = options.rate ? options.rate : options.connection_rate;
    constexpr std::uint64_t kLeast = 64 << 10;
    const auto queue = options.queue ? options.queue : std::max<std::uint64_t>(kLeast, rate / 50);
    wait_ = rate ? PathLink(rate).span_of(queue) : PathSpan{0};
    // Of each portion the first byte comes as late as the last: keep it to a millisecond or a
    // packet.
    constexpr std::uint64_t kPacket = 1460;
    portion_ = rate ? std::clamp<std::uint64_t>(rate / 1000, kPacket, kLeast) : kLeast;
    constexpr std::uint64_t kMost = 16 << 20;
    const auto in_flight = static_cast<std::uint64_t>(
        static_cast<double>(rate) * static_cast<double>(options.round_trip.count()) / 1e6);
    window_ = rate ? in_flight + queue : kMost;
    listen();
  }

  ~Loop() {
    if (!thread_.joinable()) return;
    stopping_ = true;
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto told = ::write(wake_.fd, &one, sizeof one);
    thread_.join();
  }

  void start() {
    thread_ = std::thread([this] { run(); });
  }
  const sockaddr_in& address() const { return address_; }
  PathCounts counts() const {
    const std::lock_guard lock(mutex_);
    auto counts = counts_;
    counts.open = connections_.size();
    counts.idle_round_trips = idle_.whole();
    counts.idle = idle_.sum();
    return counts;
  }

 private:
  void listen() {
    address_ = socket_address(options_.listen);
    const int yes = 1;
    ::setsockopt(listener_.fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    socklen_t length = sizeof address_;
    if (::bind(listener_.fd, reinterpret_cast<sockaddr*>(&address_), length) != 0 ||
        ::listen(listener_.fd, SOMAXCONN) != 0)
      fail("listen at " + options_.listen);
    ::getsockname(listener_.fd, reinterpret_cast<sockaddr*>(&address_), &length);
    server_ = socket_address(options_.to);
    if (server_.sin_port == 0) server_.sin_port = address_.sin_port;
    watch(listener_);
    watch(wake_);
  }

  void watch(PathSocket& end) {
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
    event.data.ptr = &end;
    if (::epoll_ctl(epoll_.fd, EPOLL_CTL_ADD, end.fd, &event) != 0) fail("epoll_ctl");
  }

  void run() {
    while (!stopping_) {
      auto next = kNever;
      {
        const std::lock_guard lock(mutex_);
        if (listener_.readable) accept();
        next = move(steady_clock::now());
      }
      wait(next);
    }
  }

  void wait(PathTime until) {
    constexpr int kEvents = 64;
    std::array<epoll_event, kEvents> events;
    timespec timeout{};
    if (until != kNever) {
      const auto span = std::max(PathSpan{0}, PathSpan{until - steady_clock::now()}).count();
      constexpr std::int64_t kNano = 1'000'000'000;
      timeout.tv_sec = span / kNano;
      timeout.tv_nsec = span % kNano;
    }
    const int count = ::epoll_pwait2(epoll_.fd, events.data(), kEvents,
                                     until == kNever ? nullptr : &timeout, nullptr);
    for (int i = 0; i < count; ++i) {
      const auto& event = events[static_cast<std::size_t>(i)];
      auto* end = static_cast<PathSocket*>(event.data.ptr);
      if (event.events & ~std::uint32_t{EPOLLOUT}) end->readable = true;
      if (event.events & ~std::uint32_t{EPOLLIN | EPOLLRDHUP}) end->writable = true;
    }
  }

  void accept() {
    for (;;) {
      const int fd = ::accept4(listener_.fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd < 0) break;
      auto& one = connections_.emplace_back(fd, server_);
      one.opened = steady_clock::now() + 2 * half_;
      one.link = PathLink(options_.connection_rate);
      if (options_.cut_to > 0)
        one.left = std::uniform_int_distribution<std::uint64_t>(options_.cut_from,
                                                                options_.cut_to)(random_);
      watch(one.client);
      watch(one.server);
      ++counts_.connections;
      tell("connection");
    }
    listener_.readable = false;
  }

  // Moves all that may move now; when there is more to do.
  PathTime move(PathTime now) {
    for (auto& one : connections_) {
      deliver(one, now);
      read_up(one, now);
    }
    auto next = read_down(now);
    for (auto one = connections_.begin(); one != connections_.end();) {
      if (one->broken) one->reset();
      if (one->over()) {
        one = connections_.erase(one);
        continue;
      }
      next = std::min(next, one->due(now));
      ++one;
    }
    return next;
  }

  // The next bytes of this socket, at most `most`; none: nothing now, or its end.
  std::string_view read(PathConnection& one, PathSocket& from, PathWay& way, std::uint64_t most,
                        PathTime now) {
    const auto n =
        ::recv(from.fd, buffer_.data(), std::min<std::uint64_t>(most, buffer_.size()), 0);
    if (n > 0) return {buffer_.data(), static_cast<std::size_t>(n)};
    from.readable = n < 0 && errno == EINTR;
    if (n == 0) way.end(now + half_);
    if (n < 0 && errno != EAGAIN && errno != EINTR) one.broken = true;
    return {};
  }

  void read_up(PathConnection& one, PathTime now) {
    constexpr std::uint64_t kMost = 4 << 20;
    while (one.client.readable && !one.broken && one.up.bytes() < kMost) {
      const auto bytes = read(one, one.client, one.up, buffer_.size(), now);
      if (bytes.empty()) break;
      const auto requests = one.heads.count(bytes);
      counts_.requests += requests;
      tell_requests(bytes);
      if (requests > 0) idle_.asked(now);
      one.up.put(bytes, std::max(now, one.opened) + half_);
    }
  }

  // From the servers in turn, a portion each, as long as the link takes more.
  PathTime read_down(PathTime now) {
    auto next = kNever;
    constexpr int kRounds = 16;  // before what came is sent on
    bool more = true;
    for (int round = 0; more; ++round) {
      if (round == kRounds) return now;
      more = false;
      for (auto& one : connections_) {
        if (!one.server.readable || one.broken || one.down.bytes() >= window_) continue;
        const auto room = std::max(link_.has_room(wait_), one.link.has_room(wait_));
        if (room > now) {
          next = std::min(next, room);
          continue;
        }
        more = read_down(one, now) || more;
      }
      // Who was last served first is the last now.
      if (!connections_.empty())
        connections_.splice(connections_.end(), connections_, connections_.begin());
    }
    return next;
  }

  bool read_down(PathConnection& one, PathTime now) {
    const bool stalls = options_.stall_after > 0;
    if (stalls && read_ >= options_.stall_after) return false;
    auto most = portion_;
    if (stalls) most = std::min(most, options_.stall_after - read_);
    const auto bytes = read(one, one.server, one.down, most, now);
    if (bytes.empty()) return false;
    garble(bytes.size());
    read_ += bytes.size();
    const auto left = std::max(link_.send(now, bytes.size()), one.link.send(now, bytes.size()));
    one.down.put(bytes, std::max(left, now) + half_,
                 std::max(link_.span_of(bytes.size()), one.link.span_of(bytes.size())));
    return true;
  }

  void garble(std::size_t size) {
    if (options_.flip_every == 0) return;
    for (auto at = options_.flip_every - read_ % options_.flip_every; at <= size;
         at += options_.flip_every)
      buffer_[at - 1] = static_cast<char>(buffer_[at - 1] ^ 1);
  }

  // Writes what has arrived.
  void deliver(PathConnection& one, PathTime now) {
    using Writing = PathWay::Writing;
    PathWay::Written written;
    while ((written = one.up.write(one.server, now, UINT64_MAX)).how == Writing::wrote)
      counts_.to_server += written.bytes;
    one.broken = one.broken || written.how == Writing::fails;
    while ((written = one.down.write(one.client, now, one.left)).how == Writing::wrote) {
      counts_.to_client += written.bytes;
      const auto idle = idle_.sum();
      idle_.arrived(written.begun, written.due);
      if (idle_.sum() > idle)
        tell("idle for " + std::to_string(idle_.sum() - idle) + " round trips before byte " +
             std::to_string(counts_.to_client - written.bytes));
      if (options_.cut_to > 0) one.left -= written.bytes;
    }
    one.broken = one.broken || written.how == Writing::fails;
    if (one.left > 0 || one.broken) return;
    one.try_to_cut(options_.cut_by_reset);
    if (!one.cut) return;
    ++counts_.cuts;
    tell("cut");
  }

  void tell(std::string_view what) const {
    if (options_.tell) options_.tell(what);
  }
  void tell_requests(std::string_view bytes) const {
    if (!options_.tell) return;
    while (!bytes.empty()) {
      const auto line = bytes.substr(0, bytes.find("\r\n"));
      bytes.remove_prefix(std::min(bytes.size(), line.size() + 2));
      if (line.find(" HTTP/1.1") != std::string_view::npos || line.starts_with("Range: "))
        tell(line);
    }
  }

  const PathOptions options_;
  const PathSpan half_;
  PathSpan wait_{};  // that bytes may spend in front of the link
  std::uint64_t portion_ = 0;
  std::uint64_t window_ = 0;  // bytes of a connection between server and client
  PathLink link_;
  IdleRoundTrips idle_;
  std::mt19937 random_;
  std::uint64_t read_ = 0;  // from all servers

  sockaddr_in address_{};
  sockaddr_in server_{};
  PathSocket listener_{::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  PathSocket wake_{::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)};
  PathSocket epoll_{::epoll_create1(EPOLL_CLOEXEC)};
  std::list<PathConnection> connections_;
  PathCounts counts_;
  std::vector<char> buffer_ = std::vector<char>(64 << 10);

  mutable std::mutex mutex_;  // the thread has it while it moves anything
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

PathProxy::PathProxy(const PathOptions& options) : loop_(std::make_unique<Loop>(options)) {
  loop_->start();
}

PathProxy::~PathProxy() = default;

std::string PathProxy::address() const { return text_of(loop_->address()); }
std::uint16_t PathProxy::port() const { return ntohs(loop_->address().sin_port); }
PathCounts PathProxy::counts() const { return loop_->counts(); }

}  // namespace fakes
