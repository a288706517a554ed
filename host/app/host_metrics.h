// What an operator asks of a host, in /metrics: who is there and with what, log-ins, transfers,
// what happened how often, plugins, certificates, the disk and the process itself.
// docs/how-to/operate.md lists it. Plugins are asked on threads beside, so one that hangs leaves
// out its own numbers only.
// Threads: made and ended by the main thread; read on any.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "host/plugins/manager.h"
#include "host/services/event_bus.h"
#include "host/services/metrics.h"
#include "host/services/side_thread.h"
#include "swapmeet/registration.h"
#include "swapmeet/time.h"

namespace swapmeet {

class AuthGroup;
class TlsKeys;

class HostMetrics {
 public:
  // All outlive it.
  struct Parts {
    Metrics& metrics;
    Clock& clock;
    EventBus& events;
    Manager& plugins;
    AuthGroup& auth;
    const TlsKeys& keys;
    std::filesystem::path data;
    std::string role;  // "index" or "peer"
  };
  explicit HostMetrics(const Parts& parts);
  HostMetrics(const HostMetrics&) = delete;
  HostMetrics& operator=(const HostMetrics&) = delete;

 private:
  using Reading = std::function<std::vector<Metrics::Sample>()>;
  void tell(std::string name, std::string help, std::string type, Reading read,
            SideThread* where = nullptr);
  void tell_number(std::string name, std::string help, std::string type,
                   std::function<double()> read);
  void tell_of_plugins();
  void tell_of_log_ins();
  void tell_of_registry();
  void tell_of_transfers();
  void tell_of_downloads();
  void tell_of_shares();
  void tell_of_events();
  void tell_of_machine();

  const Parts parts_;
  SideThread registry_;
  SideThread transfer_;
  std::vector<Registration> told_;  // after the threads that it is read on
};

}  // namespace swapmeet
