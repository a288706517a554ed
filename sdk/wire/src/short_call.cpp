#include "swapmeet/wire/short_call.h"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPResponse.h>
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <sstream>
#include <string_view>
#include <system_error>

#include "swapmeet/address.h"
#include "swapmeet/tls/pinned_session.h"

namespace swapmeet::wire {
namespace {

using std::chrono::milliseconds;

// How long nobody looks whether the call is still wanted.
constexpr milliseconds kLookEvery{100};

// A socket that never blocks for longer than until the deadline.
class ShortSocket {
 public:
  ShortSocket(const ShortCall& call, const Clock& clock, const std::atomic<bool>* stop)
      : where_(HostPort{call.target.text(), call.port}.text()),
        clock_(clock),
        until_(clock.steady() + call.patience),
        stop_(stop),
        socket_(::socket(call.target.is_v4() ? AF_INET : AF_INET6,
                         SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {}
  ~ShortSocket() {
    if (socket_ >= 0) ::close(socket_);
  }
  ShortSocket(const ShortSocket&) = delete;
  ShortSocket& operator=(const ShortSocket&) = delete;

  Result<void> connect(const ShortCall& call) {
    if (socket_ < 0) return trouble(errno);
    sockaddr_storage address{};
    const auto size = fill(address, call);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), size) == 0) return {};
    if (errno != EINPROGRESS) return trouble(errno);
    if (auto ready = wait(POLLOUT); !ready) return ready;
    int error = 0;
    socklen_t length = sizeof error;
    ::getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &length);
    if (error != 0) return trouble(error);
    return {};
  }

  // From then on all goes over TLS.
  Result<void> shake_hands(const std::string& fingerprint) {
    tls_.emplace(socket_, fingerprint);
    while (true) {
      const auto step = tls_->shake_hands();
      if (step == Step::done) return {};
      if (auto ready = wait_for(step); !ready) return ready;
    }
  }

  Result<void> send(std::string_view text) {
    while (tls_ && !text.empty()) {
      const auto moved = tls_->write(text.data(), text.size());
      text.remove_prefix(moved.bytes);
      if (moved.step == Step::done) continue;
      if (auto ready = wait_for(moved.step); !ready) return ready;
    }
    while (!text.empty()) {
      const auto sent = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent >= 0) {
        text.remove_prefix(static_cast<std::size_t>(sent));
      } else if (errno == EAGAIN || errno == EINTR) {
        if (auto ready = wait(POLLOUT); !ready) return ready;
      } else {
        return trouble(errno);
      }
    }
    return {};
  }

  // None: the other end has closed.
  Result<std::size_t> receive(char* to, std::size_t most) {
    while (tls_) {
      const auto moved = tls_->read(to, most);
      if (moved.step == Step::done) return moved.bytes;
      if (moved.step == Step::ended && tls_->problem().empty()) return std::size_t{0};
      if (auto ready = wait_for(moved.step); !ready) return ready.error();
    }
    while (true) {
      const auto came = ::recv(socket_, to, most, 0);
      if (came >= 0) return static_cast<std::size_t>(came);
      if (errno != EAGAIN && errno != EINTR) return trouble(errno);
      if (auto ready = wait(POLLIN); !ready) return ready.error();
    }
  }

 private:
  using Step = tls::ServerSession::Step;

  Result<void> wait_for(Step step) {
    if (step == Step::wants_to_read) return wait(POLLIN);
    if (step == Step::wants_to_write) return wait(POLLOUT);
    return unavailable("it speaks no TLS with the key of this peer" +
                       (tls_->problem().empty() ? "" : ": " + tls_->problem()));
  }

  static socklen_t fill(sockaddr_storage& address, const ShortCall& call) {
    if (call.target.is_v4()) {
      auto& v4 = reinterpret_cast<sockaddr_in&>(address);
      v4.sin_family = AF_INET;
      v4.sin_port = htons(call.port);
      inet_pton(AF_INET, call.target.text().c_str(), &v4.sin_addr);
      return sizeof v4;
    }
    auto& v6 = reinterpret_cast<sockaddr_in6&>(address);
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(call.port);
    inet_pton(AF_INET6, call.target.text().c_str(), &v6.sin6_addr);
    return sizeof v6;
  }

  Result<void> wait(short event) {
    while (true) {
      if (stop_ != nullptr && *stop_) return cancelled("the call to " + where_ + " was given up");
      const auto left = std::chrono::duration_cast<milliseconds>(until_ - clock_.steady());
      if (left <= milliseconds(0)) return timed_out(where_ + " does not answer in time");
      pollfd one{socket_, event, 0};
      const auto pause = std::min(left, kLookEvery).count();
      if (::poll(&one, 1, static_cast<int>(pause)) > 0) return {};
    }
  }

  static Error trouble(int error) { return unavailable(std::generic_category().message(error)); }

  const std::string where_;
  const Clock& clock_;
  const Instant until_;
  const std::atomic<bool>* const stop_;
  const int socket_;
  std::optional<tls::PinnedSession> tls_;
};

std::string request_of(const ShortCall& call) {
  std::string text = "GET " + call.path +
                     " HTTP/1.1\r\nHost: " + HostPort{call.target.text(), call.port}.text() +
                     "\r\nAccept: application/json\r\nConnection: close\r\n";
  if (!call.token.empty()) text += "Authorization: Bearer " + call.token + "\r\n";
  return text + "\r\n";
}

// What the head says; the answer ends when the connection does where it gives no length.
struct ShortHead {
  int status = 0;
  std::size_t size = 0;  // of the head itself
  std::optional<std::size_t> length;
};

// nullopt: it is not whole yet.
Result<std::optional<ShortHead>> head_of(const std::string& text) {
  const auto end = text.find("\r\n\r\n");
  if (end == std::string::npos) {
    constexpr std::string_view kBegin = "HTTP/";
    if (!text.starts_with(kBegin.substr(0, text.size()))) return corrupt("it is no HTTP");
    return std::optional<ShortHead>{};
  }
  try {
    std::istringstream in(text.substr(0, end + 4));
    Poco::Net::HTTPResponse response;
    response.read(in);
    if (response.hasToken("Transfer-Encoding", "chunked"))
      return unsupported("its answer has no length");
    ShortHead head{static_cast<int>(response.getStatus()), end + 4, {}};
    if (response.hasContentLength()) {
      const auto& length = response.get("Content-Length");
      std::size_t bytes = 0;
      const auto [last, error] =
          std::from_chars(length.data(), length.data() + length.size(), bytes);
      if (error != std::errc{} || last != length.data() + length.size())
        return corrupt("the length of its answer is none");
      head.length = bytes;
    }
    return std::optional(head);
  } catch (const Poco::Exception&) {
    return corrupt("it is no HTTP");
  }
}

}  // namespace

Result<Reply> call_shortly(const ShortCall& call, const Clock& clock,
                           const std::atomic<bool>* stop) {
  ShortSocket socket(call, clock, stop);
  if (auto connected = socket.connect(call); !connected) return std::move(connected).error();
  if (!call.fingerprint.empty())
    if (auto agreed = socket.shake_hands(call.fingerprint); !agreed)
      return std::move(agreed).error();
  if (auto sent = socket.send(request_of(call)); !sent) return std::move(sent).error();
  std::string text;
  std::optional<ShortHead> head;
  char portion[4'096];
  while (true) {
    if (head && head->length && text.size() >= head->size + *head->length) break;
    if (text.size() > call.most || (head && head->length.value_or(0) > call.most))
      return too_large("its answer has more than " + std::to_string(call.most) + " bytes");
    const auto came =
        socket.receive(portion, std::min(sizeof portion, call.most + 1 - text.size()));
    if (!came) return came.error();
    if (*came == 0) {
      if (head && !head->length) break;
      return unavailable("it hangs up before its answer is whole");
    }
    text.append(portion, *came);
    if (head) continue;
    auto read = head_of(text);
    if (!read) return std::move(read).error();
    head = *read;
  }
  if (head->length) text.resize(head->size + *head->length);
  return Reply{head->status, text.substr(head->size)};
}

}  // namespace swapmeet::wire
