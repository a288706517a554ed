#include "host/config/free_port.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "swapmeet/http.h"

namespace swapmeet {

Result<void> check_free(const HostPort& address) {
  const std::string host = address.host == "localhost" ? "127.0.0.1" : address.host;
  sockaddr_storage storage{};
  auto& v4 = reinterpret_cast<sockaddr_in&>(storage);
  auto& v6 = reinterpret_cast<sockaddr_in6&>(storage);
  socklen_t size = 0;
  if (inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(address.port);
    size = sizeof v4;
  } else if (inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(address.port);
    size = sizeof v6;
  } else {
    return invalid_argument(address.host +
                            " is no IP address; use 127.0.0.1 for this machine only, or 0.0.0.0 "
                            "for all");
  }
  const http::OpenFile socket(::socket(storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int yes = 1;
  ::setsockopt(socket.descriptor(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (::bind(socket.descriptor(), reinterpret_cast<const sockaddr*>(&storage), size) == 0 &&
      ::listen(socket.descriptor(), 1) == 0)
    return {};
  if (errno == EADDRINUSE)
    return Error{
        ErrorCode::unavailable,
        address.text() + " is taken by another program; choose another port or stop that one",
        {}};
  if (errno == EADDRNOTAVAIL)
    return Error{ErrorCode::unavailable, address.host + " is no address of this machine", {}};
  return Error{ErrorCode::unavailable, address.text() + ": " + std::strerror(errno), {}};
}

}  // namespace swapmeet
