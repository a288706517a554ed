// Tells whoever started the host, when that is systemd or speaks like it, how it goes: Type=notify
// and Type=notify-reload of a unit. The protocol is that of sd_notify(3): lines in one datagram to
// the socket that NOTIFY_SOCKET names.
// Threads: any; one message is one call.
#pragma once

#include <string>

#include "swapmeet/time.h"

namespace swapmeet {

class ServiceManager {
 public:
  // `socket`: a path, or "@NAME" of an abstract one; empty: nobody is told anything.
  ServiceManager(std::string socket, const Clock& clock);
  // The one of NOTIFY_SOCKET, which the children of this process do not inherit.
  static ServiceManager of_environment(const Clock& clock);

  void starting() const;
  void ready(const std::string& status) const;
  void reloading() const;  // ready() ends it
  void stopping() const;

 private:
  void tell(const std::string& lines) const;
  std::string socket_;
  const Clock& clock_;
};

}  // namespace swapmeet
