#include "host/app/service_manager.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <chrono>
#include <cstdlib>
#include <utility>

#include "swapmeet/http.h"

namespace swapmeet {

ServiceManager::ServiceManager(std::string socket, const Clock& clock)
    : socket_(std::move(socket)), clock_(clock) {}

ServiceManager ServiceManager::of_environment(const Clock& clock) {
  const char* socket = std::getenv("NOTIFY_SOCKET");
  ServiceManager manager(socket != nullptr ? socket : "", clock);
  ::unsetenv("NOTIFY_SOCKET");
  return manager;
}

void ServiceManager::starting() const { tell("STATUS=starting"); }

void ServiceManager::ready(const std::string& status) const { tell("READY=1\nSTATUS=" + status); }

void ServiceManager::reloading() const {
  const auto now =
      std::chrono::duration_cast<std::chrono::microseconds>(clock_.steady().time_since_epoch());
  tell("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(now.count()) +
       "\nSTATUS=reading the configuration again");
}

void ServiceManager::stopping() const { tell("STOPPING=1\nSTATUS=stopping"); }

void ServiceManager::tell(const std::string& lines) const {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket_.empty() || socket_.size() >= sizeof address.sun_path) return;
  socket_.copy(address.sun_path, socket_.size());
  if (socket_[0] == '@') address.sun_path[0] = '\0';
  const http::OpenFile socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const auto size = offsetof(sockaddr_un, sun_path) + socket_.size();
  static_cast<void>(::sendto(socket.descriptor(), lines.data(), lines.size(), MSG_NOSIGNAL,
                             reinterpret_cast<const sockaddr*>(&address),
                             static_cast<socklen_t>(size)));
}

}  // namespace swapmeet
