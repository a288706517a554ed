#include "path_connection.h"

#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace fakes {
namespace {

using namespace std::chrono_literals;

void close_by_reset(int fd) {
  const linger at_once{1, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

}  // namespace

PathSocket::~PathSocket() {
  if (fd >= 0) ::close(fd);
}

void PathWay::put(std::string_view bytes, PathTime due, PathSpan span) {
  bytes_ += bytes.size();
  last_due_ = std::max(due, last_due_);
  portions_.push_back({last_due_, span, {bytes.begin(), bytes.end()}});
}

void PathWay::end(PathTime due) { ends_ = std::max(due, last_due_); }

PathTime PathWay::due(const PathSocket& to) const {
  if (!portions_.empty()) return to.writable ? portions_.front().due : kNever;
  return ended_ ? kNever : ends_;
}

PathWay::Written PathWay::write(PathSocket& to, PathTime now, std::uint64_t most) {
  if (portions_.empty()) {
    if (!ended_ && ends_ <= now) {
      ::shutdown(to.fd, SHUT_WR);
      ended_ = true;
    }
    return {};
  }
  auto& portion = portions_.front();
  if (portion.due > now || !to.writable || most == 0) return {};
  const auto size = std::min<std::uint64_t>(most, portion.bytes.size() - portion.sent);
  const auto n = ::send(to.fd, portion.bytes.data() + portion.sent, size, MSG_NOSIGNAL);
  if (n < 0) {
    to.writable = errno == EINTR;
    return {errno == EINTR || errno == EAGAIN ? Writing::waits : Writing::fails, 0, {}, {}};
  }
  const Written written{Writing::wrote, static_cast<std::uint64_t>(n), portion.due - portion.span,
                        portion.due};
  portion.sent += written.bytes;
  bytes_ -= written.bytes;
  if (portion.sent == portion.bytes.size()) portions_.pop_front();
  return written;
}

PathConnection::PathConnection(int client_socket, const sockaddr_in& to)
    : client(client_socket),
      server(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
  const int yes = 1;
  for (const int fd : {client.fd, server.fd})
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  // What lies in these is on no path.
  const int buffer = 256 << 10;
  ::setsockopt(client.fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
  ::setsockopt(server.fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
  if (::connect(server.fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
    broken = errno != EINPROGRESS;
}

PathTime PathConnection::due(PathTime now) const {
  if (left == 0) return now + 1ms;  // to cut it
  return std::min(up.due(server), down.due(client));
}

void PathConnection::try_to_cut(bool by_reset) {
  int unread = 0;
  if (::ioctl(client.fd, SIOCOUTQ, &unread) == 0 && unread > 0) return;
  cut = true;
  close_by_reset(server.fd);
  if (by_reset)
    close_by_reset(client.fd);
  else
    ::shutdown(client.fd, SHUT_WR);
}

void PathConnection::reset() const {
  for (const int fd : {client.fd, server.fd}) close_by_reset(fd);
}

}  // namespace fakes
