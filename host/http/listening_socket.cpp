#include "host/http/listening_socket.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "swapmeet/local_address.h"

namespace swapmeet::http {
namespace {

int open_reserve() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

// The size of the socket address, 0 when the host is no IP address.
socklen_t fill_address(const HostPort& address, sockaddr_storage& storage) {
  const std::string host = address.host == "localhost" ? "127.0.0.1" : address.host;
  auto& v4 = reinterpret_cast<sockaddr_in&>(storage);
  if (inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(address.port);
    return sizeof v4;
  }
  auto& v6 = reinterpret_cast<sockaddr_in6&>(storage);
  if (inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(address.port);
    return sizeof v6;
  }
  return 0;
}

int open_socket(const HostPort& address, std::string& why) {
  sockaddr_storage storage{};
  const auto size = fill_address(address, storage);
  if (size == 0) {
    why = "is no IP address of this machine";
    return -1;
  }
  const int socket = ::socket(storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int yes = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (socket >= 0 && ::bind(socket, reinterpret_cast<sockaddr*>(&storage), size) == 0 &&
      ::listen(socket, 4096) == 0)
    return socket;
  why = std::strerror(errno);
  if (errno == EADDRINUSE)
    why = "is taken by another program; choose another port or stop that one";
  if (errno == EADDRNOTAVAIL) why = "is no IP address of this machine";
  if (errno == EACCES)
    why = "may not be used by this user: ports below 1024 are reserved; choose a higher one";
  if (socket >= 0) ::close(socket);
  return -1;
}

void describe(const sockaddr_storage& from, Accepted& accepted) {
  char text[INET6_ADDRSTRLEN] = "";
  if (from.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(from);
    if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr))  // an IPv4 client of a socket that listens on both
      inet_ntop(AF_INET, &v6.sin6_addr.s6_addr[12], text, sizeof text);
    else
      inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
    accepted.port = ntohs(v6.sin6_port);
  } else {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(from);
    inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
    accepted.port = ntohs(v4.sin_port);
  }
  accepted.address = text;
}

}  // namespace

void say_full(int socket) {
  static constexpr std::string_view kFull =
      "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 5\r\nConnection: "
      "close\r\n\r\n";
  [[maybe_unused]] const auto n = ::send(socket, kFull.data(), kFull.size(), MSG_NOSIGNAL);
}

ListeningSocket::ListeningSocket(int socket, std::filesystem::path local)
    : socket_(socket), reserve_(open_reserve()), local_(std::move(local)) {}

ListeningSocket::ListeningSocket(ListeningSocket&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)),
      reserve_(std::exchange(other.reserve_, -1)),
      local_(std::exchange(other.local_, {})) {}

ListeningSocket::~ListeningSocket() {
  close();
  if (reserve_ >= 0) ::close(reserve_);
}

Result<ListeningSocket> ListeningSocket::open(const HostPort& address) {
  std::string why;
  const int socket = open_socket(address, why);
  if (socket < 0)
    return Error{ErrorCode::unavailable, "the address " + address.text() + ' ' + why, {}};
  return ListeningSocket(socket);
}

Result<ListeningSocket> ListeningSocket::open_local(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  static_assert(kLongestPath < sizeof address.sun_path);
  if (path.native().size() > kLongestPath)
    return invalid_argument(path.string() + ": a local socket's path has at most " +
                            std::to_string(kLongestPath) + " bytes");
  path.native().copy(address.sun_path, kLongestPath);
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  ::unlink(path.c_str());
  if (socket >= 0 && ::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
      ::chmod(path.c_str(), S_IRUSR | S_IWUSR) == 0 && ::listen(socket, 4096) == 0)
    return ListeningSocket(socket, path);
  const std::string why = std::strerror(errno);
  if (socket >= 0) ::close(socket);
  return Error{ErrorCode::unavailable, path.string() + ": no local socket: " + why, {}};
}

ListeningSocket::Outcome ListeningSocket::accept(Accepted& accepted) {
  while (true) {
    sockaddr_storage from{};
    socklen_t size = sizeof from;
    const int socket =
        ::accept4(socket_, reinterpret_cast<sockaddr*>(&from), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket >= 0) {
      accepted.socket = socket;
      if (local_.empty())
        describe(from, accepted);
      else
        accepted.address = kLocalAddress;
      const int yes = 1;
      if (local_.empty()) ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
      return Outcome::accepted;
    }
    switch (errno) {
      case EINTR:
      case ECONNABORTED: continue;
      case EMFILE:
      case ENFILE: return turn_away();
      case ENOBUFS:
      case ENOMEM: return Outcome::out_of_files;
      default: return Outcome::nobody;
    }
  }
}

ListeningSocket::Outcome ListeningSocket::turn_away() {
  if (reserve_ < 0) reserve_ = open_reserve();
  if (reserve_ < 0) return Outcome::out_of_files;
  ::close(std::exchange(reserve_, -1));
  // Without a free descriptor accept fails before it looks whether anybody waits: look now.
  const int socket = ::accept4(socket_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  const bool nobody = socket < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
  if (socket >= 0) {
    say_full(socket);
    ::close(socket);
  }
  reserve_ = open_reserve();
  if (nobody) return Outcome::nobody;
  return socket >= 0 ? Outcome::turned_away : Outcome::out_of_files;
}

void ListeningSocket::close() {
  if (socket_ >= 0) ::close(std::exchange(socket_, -1));
  if (!local_.empty()) ::unlink(std::exchange(local_, {}).c_str());
}

std::uint16_t ListeningSocket::port() const {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  ::getsockname(socket_, reinterpret_cast<sockaddr*>(&storage), &size);
  return ntohs(storage.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6&>(storage).sin6_port
                                             : reinterpret_cast<sockaddr_in&>(storage).sin_port);
}

}  // namespace swapmeet::http
