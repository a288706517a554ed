#include "fake_peer.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <limits>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include "fake_source.h"
#include "swapmeet/system_clock.h"
#include "swapmeet/testing/temporary_folder.h"
#include "swapmeet/tls/session.h"
#include "transfer/swarm/hashing/merkle.h"

namespace fakes {
namespace {

using namespace std::chrono_literals;
using swapmeet::ContentId;
namespace swarm = swapmeet::transfer_swarm;
namespace tls = swapmeet::tls;

constexpr auto kNoLimit = std::numeric_limits<std::uint64_t>::max();

std::string head_of(const std::string& status, std::size_t length, const std::string& more = "") {
  return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(length) + "\r\n" + more +
         "\r\n";
}

struct Content {
  std::string file;
  swarm::MerkleTree tree;
  FakePeer::Answer how = FakePeer::Answer::right;
  std::uint64_t requests = 0;
};

// One connection, plain or over TLS.
class Line {
 public:
  Line(int socket, const std::shared_ptr<const tls::ServerContext>& context) : socket_(socket) {
    if (!context) return;
    ::fcntl(socket, F_SETFL, ::fcntl(socket, F_GETFL) | O_NONBLOCK);
    session_.emplace(context, socket);
    auto step = session_->shake_hands();
    while (step == Step::wants_to_read || step == Step::wants_to_write) {
      wait_for(step);
      step = session_->shake_hands();
    }
  }
  // As recv(2): below 0 when nothing has come and it does not wait.
  ssize_t receive(char* to, std::size_t most, bool waits) {
    if (!session_) return ::recv(socket_, to, most, waits ? 0 : MSG_DONTWAIT);
    for (;;) {
      const auto got = session_->read(to, most);
      if (got.step == Step::done) return static_cast<ssize_t>(got.bytes);
      if (got.step == Step::ended) return 0;
      if (!waits) return -1;
      wait_for(got.step);
    }
  }
  bool send(const std::string& bytes) {
    for (std::size_t at = 0; at < bytes.size();) {
      if (session_) {
        const auto gone = session_->write(bytes.data() + at, bytes.size() - at);
        if (gone.step == Step::ended) return false;
        if (gone.step != Step::done) wait_for(gone.step);
        at += gone.bytes;
      } else {
        const auto n = ::send(socket_, bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL);
        if (n <= 0) return false;
        at += static_cast<std::size_t>(n);
      }
    }
    return flush();
  }
  void end() {
    if (session_) session_->say_end();
    ::shutdown(socket_, SHUT_WR);
  }

 private:
  using Step = tls::ServerSession::Step;
  bool flush() {
    auto step = session_ ? session_->flush() : Step::done;
    for (; step == Step::wants_to_write; step = session_->flush()) wait_for(step);
    return step == Step::done;
  }
  void wait_for(Step step) const {
    pollfd one{socket_, static_cast<short>(step == Step::wants_to_write ? POLLOUT : POLLIN), 0};
    ::poll(&one, 1, -1);
  }

  const int socket_;
  std::optional<tls::ServerSession> session_;
};

}  // namespace

struct FakePeer::State {
  int listener = -1;
  std::uint16_t port = 0;
  mutable std::mutex mutex;  // guards all below but the acceptor
  mutable std::condition_variable changed;
  std::map<ContentId, Content> contents;
  Answer how_all = Answer::right;
  std::string ticket;
  std::shared_ptr<const tls::ServerContext> context;  // before the first connection
  std::uint64_t most_answers = kNoLimit;
  std::uint64_t close_after = 0;
  std::uint64_t requests = 0;
  std::uint64_t answered = 0;
  std::uint64_t pending = 0;  // have come and are not answered
  std::uint64_t connections = 0;
  std::uint64_t most_together = 0;
  std::set<int> sockets;
  std::vector<std::thread> threads;
  bool ending = false;
  std::thread acceptor;

  // With the lock. What is to be sent, and whether the connection ends then.
  std::pair<std::string, bool> answer_to(const std::string& head) {
    const auto at = head.find("/content/");
    const auto content =
        at == std::string::npos ? std::nullopt : ContentId::parse(head.substr(at + 9, 64));
    const auto found = content ? contents.find(*content) : contents.end();
    if (found == contents.end()) return {head_of("404 Not Found", 0), false};
    auto& [file, tree, own, asked] = found->second;
    const auto how = how_all == Answer::right ? own : how_all;
    const auto rest = head.substr(at + 73, head.find(' ', at) - at - 73);
    if (rest.starts_with("/layer?piece=")) {
      const auto layer = layer_at(tree, std::stoul(rest.substr(13))).value_or("");
      return {head_of("200 OK", layer.size()) + layer, false};
    }
    if (!rest.empty()) return {head_of("404 Not Found", 0), false};
    ++asked;
    if (how == Answer::missing) return {head_of("404 Not Found", 0), false};
    if (how == Answer::not_for_all &&
        (ticket.empty() || head.find("Bearer " + ticket) == std::string::npos))
      return {head_of("404 Not Found", 0), false};
    if (how == Answer::in_trouble) return {head_of("500 Internal Server Error", 0), false};
    if (how == Answer::full)
      return {
          head_of("503 Service Unavailable", 0, "Retry-After: 1\r\nSwapmeet-Queue-Place: 3\r\n"),
          false};
    auto bytes = file;
    if (how == Answer::other_size) bytes.pop_back();
    if (how == Answer::wrong_bytes) bytes.back() = static_cast<char>(bytes.back() ^ 1);
    if (head.starts_with("HEAD ")) return {head_of("200 OK", bytes.size()), false};
    auto status = head_of("200 OK", bytes.size());
    if (const auto range = head.find("Range: bytes="); range != std::string::npos) {
      const auto first = std::stoul(head.substr(range + 13));
      const auto last = std::stoul(head.substr(head.find('-', range + 13) + 1));
      bytes = bytes.substr(first, last - first + 1);
      status = head_of("206 Partial Content", bytes.size(),
                       "Content-Range: bytes " + std::to_string(first) + '-' +
                           std::to_string(last) + '/' + std::to_string(file.size()) + "\r\n");
    }
    if (how == Answer::cut) return {status + bytes.substr(0, bytes.size() / 2), true};
    return {status + bytes, false};
  }

  // Takes what has come, waiting for it if `wait`. False: the connection has ended.
  bool receive(Line& line, std::string& in, std::deque<std::string>& heads, bool wait) {
    for (;;) {
      for (auto end = in.find("\r\n\r\n"); end != std::string::npos; end = in.find("\r\n\r\n")) {
        heads.push_back(in.substr(0, end + 4));
        in.erase(0, end + 4);
        const std::lock_guard lock(mutex);
        ++requests;
        ++pending;
        most_together = std::max<std::uint64_t>(most_together, heads.size());
        changed.notify_all();
      }
      char bytes[16384];
      const bool waits = wait && heads.empty();
      const auto n = line.receive(bytes, sizeof bytes, waits);
      if (n < 0 && !waits) return true;
      if (n <= 0) return false;
      in.append(bytes, static_cast<std::size_t>(n));
    }
  }

  void converse(int socket) {
    Line line(socket, context);
    std::string in;
    std::deque<std::string> heads;
    std::uint64_t given = 0;
    while (receive(line, in, heads, true)) {
      std::unique_lock lock(mutex);
      if (ending) break;
      if (answered >= most_answers) {
        changed.wait_for(lock, 2ms);
        continue;
      }
      ++answered;
      --pending;
      auto [bytes, ends] = answer_to(heads.front());
      heads.pop_front();
      const bool is_last = close_after > 0 && ++given >= close_after;
      lock.unlock();
      if (!line.send(bytes) || ends || is_last) break;
    }
    // What was asked and is not answered any more is lost to who asked: no reset before it has
    // read.
    line.end();
    char rest[16384];
    pollfd end{socket, POLLIN, 0};
    while (::poll(&end, 1, 1000) > 0 && ::recv(socket, rest, sizeof rest, MSG_DONTWAIT) > 0)
      continue;
    const std::lock_guard lock(mutex);
    pending -= heads.size();
    sockets.erase(socket);
    ::close(socket);
  }

  void accept_all() {
    for (;;) {
      const int socket = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
      if (socket < 0) return;
      const std::lock_guard lock(mutex);
      if (ending) {
        ::close(socket);
        return;
      }
      ++connections;
      sockets.insert(socket);
      threads.emplace_back([this, socket] { converse(socket); });
    }
  }
};

FakePeer::FakePeer() : state_(std::make_unique<State>()) {
  auto& s = *state_;
  s.listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(s.listener, reinterpret_cast<sockaddr*>(&address), size) != 0)
    throw std::runtime_error("no port is free");
  ::listen(s.listener, 128);
  ::getsockname(s.listener, reinterpret_cast<sockaddr*>(&address), &size);
  s.port = ntohs(address.sin_port);
  s.acceptor = std::thread([&s] { s.accept_all(); });
}

FakePeer::~FakePeer() {
  auto& s = *state_;
  {
    const std::lock_guard lock(s.mutex);
    s.ending = true;
    s.changed.notify_all();
    for (const int socket : s.sockets) ::shutdown(socket, SHUT_RDWR);
  }
  ::shutdown(s.listener, SHUT_RDWR);
  s.acceptor.join();
  for (auto& thread : s.threads) thread.join();
  ::close(s.listener);
}

ContentId FakePeer::add(std::string file) {
  auto tree = tree_of(file);
  const auto content = tree.content;
  const std::lock_guard lock(state_->mutex);
  state_->contents[content] = {std::move(file), std::move(tree)};
  return content;
}

void FakePeer::answers(const ContentId& content, Answer how) {
  const std::lock_guard lock(state_->mutex);
  state_->contents.at(content).how = how;
}

void FakePeer::answers_all(Answer how) {
  const std::lock_guard lock(state_->mutex);
  state_->how_all = how;
}

std::string FakePeer::speak_tls() {
  const swapmeet::testing::TemporaryFolder folder;
  const auto certificate = tls::Certificate::own(folder.path / "peer", tls::KeyKind::ed25519,
                                                 "peer", swapmeet::SystemClock().now());
  state_->context = tls::ServerContext::make(certificate.value()).value();
  return certificate->fingerprint();
}

void FakePeer::takes_ticket(const std::string& ticket) {
  const std::lock_guard lock(state_->mutex);
  state_->ticket = ticket;
}

void FakePeer::hold_at(std::uint64_t requests) {
  const std::lock_guard lock(state_->mutex);
  state_->most_answers = requests;
  state_->changed.notify_all();
}

void FakePeer::release() { hold_at(kNoLimit); }

void FakePeer::close_after(std::uint64_t answers) {
  const std::lock_guard lock(state_->mutex);
  state_->close_after = answers;
}

std::uint16_t FakePeer::port() const { return state_->port; }
std::string FakePeer::url() const { return "http://127.0.0.1:" + std::to_string(state_->port); }

std::uint64_t FakePeer::requests() const {
  const std::lock_guard lock(state_->mutex);
  return state_->requests;
}

std::uint64_t FakePeer::requests(const ContentId& content) const {
  const std::lock_guard lock(state_->mutex);
  return state_->contents.at(content).requests;
}

std::uint64_t FakePeer::connections() const {
  const std::lock_guard lock(state_->mutex);
  return state_->connections;
}

std::uint64_t FakePeer::most_together() const {
  const std::lock_guard lock(state_->mutex);
  return state_->most_together;
}

bool FakePeer::is_busy() const {
  const std::lock_guard lock(state_->mutex);
  return state_->pending > 0 && state_->answered < state_->most_answers;
}

bool FakePeer::wait_until_asked(std::uint64_t requests) const {
  std::unique_lock lock(state_->mutex);
  return state_->changed.wait_for(lock, 1min, [&] { return state_->requests >= requests; });
}

}  // namespace fakes
