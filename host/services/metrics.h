// Counters and gauges, and their Prometheus text. A gauge of a plugin is read where it can harm
// nobody, for a bounded time: what does not answer, or fails, is left out. Thread-safe.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host/services/side_thread.h"
#include "swapmeet/host.h"

namespace swapmeet {

class Metrics {
 public:
  // nullopt: it cannot tell.
  using Read = std::function<std::optional<double>()>;

  // By Prometheus' rules ([a-zA-Z_][a-zA-Z0-9_]*).
  static bool is_name(std::string_view name);
  // The same name gives the same counter. A name that is none gives a counter that is never shown.
  std::shared_ptr<Counter> counter(const std::string& name, const std::string& help);
  // Of several of a name the first is shown until it has ended, then the next: one that is to take
  // a plugin's place shows nothing before. A name that is none registers nothing. `where`: it is
  // read on that thread, within a second together with all others there; nullptr: on the asker's.
  // The thread outlives the registration.
  Registration gauge(const std::string& name, const std::string& help, Read read,
                     SideThread* where = nullptr);

  // One number for each plugin: a label and a value.
  struct PerPlugin {
    std::string name;
    std::string help;
    std::string type;  // "counter" or "gauge"
    std::function<std::vector<std::pair<std::string, double>>()> read;
  };
  // Of the host's own, which never wait. Until the registration is gone.
  Registration per_plugin(PerPlugin family);

  // Prometheus' text format 0.0.4.
  std::string text() const;

 private:
  struct Gauge {
    std::string name;
    std::string help;
    SideThread* where;
    std::mutex mutex;  // held while it is read: a removal waits for that
    Read read;         // empty: it is gone
  };
  using Gauges = std::vector<std::shared_ptr<Gauge>>;
  using Values = std::map<std::string, double>;
  struct State {
    std::mutex mutex;
    std::map<std::string, std::pair<std::string, std::shared_ptr<Counter>>> counters;
    std::map<std::string, Gauges> gauges;  // none empty
    std::map<int, PerPlugin> families;
    int next = 0;
  };
  static std::optional<double> value_of(Gauge& gauge);
  static Values read(const Gauges& gauges);

  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace swapmeet
