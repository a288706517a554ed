#include "fake_source.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <limits>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include "swapmeet/wire/piece_report.h"
#include "transfer/swarm/hashing/merkle.h"
#include "transfer/swarm/pieces/piece_map.h"

namespace fakes {
namespace {

using swapmeet::transfer_swarm::kBlockSize;
using namespace std::chrono_literals;

std::string flipped(std::string bytes) {
  if (!bytes.empty()) bytes.back() = static_cast<char>(bytes.back() ^ 1);
  return bytes;
}

std::string field(const std::string& head, const std::string& name) {
  const auto at = head.find("\r\n" + name + ": ");
  if (at == std::string::npos) return {};
  const auto begin = at + name.size() + 4;
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

}  // namespace

struct FakeSource::State {
  std::string file;
  swapmeet::transfer_swarm::MerkleTree tree;
  int listener = -1;
  std::uint16_t port = 0;
  std::atomic<Fault> fault{Fault::none};
  std::atomic<std::uint64_t> rate{0};
  std::atomic<std::uint64_t> served{0};
  std::atomic<std::uint64_t> requests{0};
  std::atomic<std::uint64_t> asked{0};
  std::atomic<int> busy{0};
  std::atomic<std::uint64_t> layers{0};
  std::atomic<std::uint64_t> refused{0};
  std::atomic<std::uint64_t> reports{0};
  std::atomic<std::uint64_t> doubted{0};
  std::optional<std::string> bits;  // with the lock
  std::atomic<bool> tells_leaves{true};
  std::mutex mutex;  // guards the bits and all below but the threads
  std::uint64_t most = std::numeric_limits<std::uint64_t>::max();  // bytes that it may send
  std::uint64_t granted = 0;                                       // of these
  std::condition_variable ended;
  std::condition_variable left;
  bool ending = false;
  std::set<int> sockets;
  std::vector<std::thread> threads;
  std::thread acceptor;

  // Not busy for as long as this lives.
  struct Idle {
    explicit Idle(std::atomic<int>& count) : busy(count) { --busy; }
    ~Idle() { ++busy; }
    Idle(const Idle&) = delete;
    Idle& operator=(const Idle&) = delete;
    std::atomic<int>& busy;
  };

  // False when the end came first.
  bool pause(std::chrono::microseconds time) {
    const Idle idle(busy);
    std::unique_lock lock(mutex);
    return !ended.wait_for(lock, time, [&] { return ending; });
  }
  // Until it may; false when the end came first, or who asked has left.
  template <class May>
  bool wait_until(int socket, May may) {
    for (;;) {
      {
        const std::lock_guard lock(mutex);
        if (ending) return false;
        if (may()) return true;
      }
      const Idle idle(busy);
      constexpr int kMilliseconds = 2;
      pollfd peer{socket, POLLRDHUP, 0};
      if (::poll(&peer, 1, kMilliseconds) != 0) return false;
    }
  }
  void wait_for_end(int socket) {
    wait_until(socket, [] { return false; });
  }
  bool wait_for_leave(int socket, std::size_t bytes) {
    return wait_until(socket, [&] {
      if (granted + bytes > most) return false;
      granted += bytes;
      return true;
    });
  }

  bool send(int socket, const std::string& bytes) const {
    for (std::size_t at = 0; at < bytes.size();) {
      const auto n = ::send(socket, bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL);
      if (n <= 0) return false;
      at += static_cast<std::size_t>(n);
    }
    return true;
  }

  std::uint64_t told_size() const {
    if (fault == Fault::huge_size) return std::numeric_limits<std::int64_t>::max();
    return file.size() + (fault == Fault::wrong_size ? 1U : 0U);
  }

  // Bytes of the file, at the speed that it has.
  bool send_body(int socket, const std::string& bytes) {
    constexpr std::size_t kPortion = 16 << 10;
    for (std::size_t at = 0; at < bytes.size(); at += kPortion) {
      const auto portion = bytes.substr(at, kPortion);
      if (!wait_for_leave(socket, portion.size())) return false;
      if (const auto speed = rate.load(); speed > 0)
        if (!pause(std::chrono::microseconds(portion.size() * 1'000'000 / speed))) return false;
      if (!send(socket, portion)) return false;
      served += portion.size();
    }
    return true;
  }

  std::optional<std::string> bits_now() {
    const std::lock_guard lock(mutex);
    return bits;
  }

  bool answer_pieces(int socket) {
    ++reports;
    const auto has = bits_now();
    swapmeet::wire::PieceReport report{tree.content, file.size(), !has, 0, {}, {}};
    if (has) {
      report.piece = kBlockSize;
      report.bits = *has;
    }
    const auto json = swapmeet::wire::to_json(report);
    return send(socket, "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(json.size()) +
                            "\r\n\r\n" + json);
  }

  bool answer_range(int socket, const std::string& range) {
    ++requests;
    const auto first = std::stoul(range.substr(6));
    const auto last = std::stoul(range.substr(range.find('-') + 1));
    if (const auto has = bits_now())
      for (auto piece = first / kBlockSize; piece <= last / kBlockSize; ++piece)
        if (!swapmeet::transfer_swarm::has_bit(*has, piece)) {
          ++refused;
          return send(socket, "HTTP/1.1 409 Conflict\r\nContent-Length: 0\r\n\r\n");
        }
    auto bytes = file.substr(first, last - first + 1);
    const auto how = fault.load();
    if (how == Fault::busy)
      return send(socket, "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");
    if (how == Fault::full)
      return send(socket,
                  "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 1\r\n"
                  "Swapmeet-Queue-Place: 3\r\n\r\n");
    if (how == Fault::not_http) return send(socket, "220 mail.example ESMTP\r\n") && false;
    if (how == Fault::whole_file)
      return send(socket, "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(file.size()) +
                              "\r\n\r\n") &&
             send_body(socket, file);
    if (how == Fault::silent) return wait_for_end(socket), false;
    for (const auto* more : {"X-More: and more\r\n", "HTTP/1.1 100 Continue\r\n\r\n"}) {
      if (how != (more[0] == 'X' ? Fault::endless_head : Fault::endless_continue)) continue;
      if (!send(socket, more[0] == 'X' ? "HTTP/1.1 206 Partial Content\r\n" : "")) return false;
      while (pause(1ms) && send(socket, more)) continue;
      return false;
    }
    const auto shift = how == Fault::wrong_range ? 1U : 0U;
    const auto size = told_size();
    if (how == Fault::too_few) bytes.pop_back();
    const auto head = "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes " +
                      std::to_string(first + shift) + '-' + std::to_string(last + shift) + '/' +
                      std::to_string(size) + "\r\nContent-Length: " + std::to_string(bytes.size()) +
                      (how == Fault::closes_after ? "\r\nConnection: close" : "") + "\r\n\r\n";
    if (!send(socket, head)) return false;
    if (how == Fault::too_many) bytes += "and more";
    if (how == Fault::wrong_bytes) bytes = flipped(std::move(bytes));
    if (how == Fault::trickles) {
      for (const char c : bytes)
        if (!pause(2ms) || !send(socket, std::string(1, c))) return false;
      return true;
    }
    const bool half = how == Fault::stalls || how == Fault::closes_midway;
    if (!send_body(socket, half ? bytes.substr(0, bytes.size() / 2) : bytes)) return false;
    if (how == Fault::stalls) wait_for_end(socket);
    return !half && how != Fault::closes_after;
  }

  bool answer_leaves(int socket) const {
    if (!tells_leaves) return send(socket, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    auto leaves = swapmeet::transfer_swarm::leaf_hashes(
        file.substr((file.size() - 1) / kBlockSize * kBlockSize));
    if (fault == Fault::wrong_layer) leaves = flipped(std::move(leaves));
    return send(socket, "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(leaves.size()) +
                            "\r\n\r\n" + leaves);
  }

  // False: the connection ends.
  bool answer(int socket, const std::string& head) {
    ++asked;
    if (head.starts_with("HEAD "))
      return send(socket,
                  "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(told_size()) + "\r\n\r\n");
    if (head.starts_with("POST ")) {
      ++doubted;
      return send(socket, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    }
    if (head.find("/pieces HTTP") != std::string::npos) return answer_pieces(socket);
    if (head.find("/leaves?") != std::string::npos) return answer_leaves(socket);
    const auto query = head.find("/layer?");
    if (query == std::string::npos) return answer_range(socket, field(head, "Range"));
    ++layers;
    auto layer =
        layer_at(tree, std::stoul(head.substr(head.find("piece=", query) + 6))).value_or("");
    if (fault == Fault::wrong_layer) layer = flipped(std::move(layer));
    return send(socket, "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(layer.size()) +
                            "\r\n\r\n" + layer);
  }

  void converse(int socket) {
    std::string in;
    char bytes[4096];
    for (bool goes_on = true; goes_on;) {
      const auto end = in.find("\r\n\r\n");
      if (end == std::string::npos) {
        const auto n = ::recv(socket, bytes, sizeof bytes, 0);
        if (n <= 0) break;
        in.append(bytes, static_cast<std::size_t>(n));
        continue;
      }
      const auto head = in.substr(0, end + 4);
      in.erase(0, end + 4);
      ++busy;
      goes_on = answer(socket, head);
      --busy;
    }
    const std::lock_guard lock(mutex);
    sockets.erase(socket);
    ::close(socket);
    left.notify_all();
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
      sockets.insert(socket);
      threads.emplace_back([this, socket] { converse(socket); });
    }
  }
};

swapmeet::transfer_swarm::MerkleTree tree_of(const std::string& file) {
  swapmeet::transfer_swarm::MerkleBuilder builder;
  for (std::size_t at = 0; at < file.size(); at += kBlockSize)
    builder.add(file.data() + at, std::min<std::size_t>(kBlockSize, file.size() - at));
  return builder.finish();
}

FakeSource::FakeSource(std::string file) : state_(std::make_unique<State>()) {
  auto& s = *state_;
  s.tree = tree_of(file);
  s.file = std::move(file);
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

FakeSource::~FakeSource() {
  auto& s = *state_;
  {
    const std::lock_guard lock(s.mutex);
    s.ending = true;
    s.ended.notify_all();
    for (const int socket : s.sockets) ::shutdown(socket, SHUT_RDWR);
  }
  ::shutdown(s.listener, SHUT_RDWR);
  s.acceptor.join();
  for (auto& thread : s.threads) thread.join();
  ::close(s.listener);
}

void FakeSource::misbehave(Fault fault) { state_->fault = fault; }
void FakeSource::hold_at(std::uint64_t bytes) {
  const std::lock_guard lock(state_->mutex);
  state_->most = bytes;
}
void FakeSource::release() { hold_at(std::numeric_limits<std::uint64_t>::max()); }
void FakeSource::slow_down(std::uint64_t bytes_per_second) { state_->rate = bytes_per_second; }
void FakeSource::tells_no_leaves() { state_->tells_leaves = false; }
std::uint64_t FakeSource::reports() const { return state_->reports; }
std::uint64_t FakeSource::doubted() const { return state_->doubted; }
void FakeSource::has_only(std::string bits) {
  const std::lock_guard lock(state_->mutex);
  state_->bits = std::move(bits);
}
swapmeet::ContentId FakeSource::content() const { return state_->tree.content; }

std::string FakeSource::url() const {
  return "http://127.0.0.1:" + std::to_string(state_->port) + "/content/" + content().text();
}

swapmeet::Source FakeSource::source(std::uint8_t peer) const {
  swapmeet::Source source;
  source.peer.bytes[0] = peer;
  source.name = "peer " + std::to_string(peer);
  source.url = url();
  const auto has = state_->bits_now();
  source.have = has ? swapmeet::transfer_swarm::proven_bytes(*has, state_->file.size()) : 0;
  return source;
}

std::uint64_t FakeSource::served() const { return state_->served; }
std::uint64_t FakeSource::requests() const { return state_->requests; }
bool FakeSource::is_busy() const { return state_->busy > 0; }
std::uint64_t FakeSource::asked() const { return state_->asked; }
std::uint64_t FakeSource::refused() const { return state_->refused; }
std::uint64_t FakeSource::layers() const { return state_->layers; }

bool FakeSource::wait_until_left() const {
  std::unique_lock lock(state_->mutex);
  return state_->left.wait_for(lock, 1min, [&] { return state_->sockets.empty(); });
}

std::string noise(std::size_t size, std::uint32_t seed) {
  std::string bytes(size, '\0');
  auto* const begin = bytes.data();  // in tests without optimisation iterators are slow
  for (std::size_t i = 0; i < size; ++i)
    begin[i] = static_cast<char>((seed = seed * 1664525U + 1013904223U) >> 24);
  return bytes;
}

}  // namespace fakes
