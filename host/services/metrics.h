// Counters and gauges, and their Prometheus text. Thread-safe.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "swapmeet/host.h"

namespace swapmeet {

class Metrics {
 public:
  // The same name gives the same counter.
  std::shared_ptr<Counter> counter(const std::string& name, const std::string& help);
  // Of several of a name the first is shown until it has ended, then the next: one that is to take
  // a plugin's place shows nothing before.
  Registration gauge(const std::string& name, const std::string& help,
                     std::function<double()> read);
  // Prometheus' text format 0.0.4.
  std::string text() const;

 private:
  struct Gauge {
    std::string help;
    std::function<double()> read;
    int number = 0;
  };
  struct State {
    std::mutex mutex;  // held while gauges are read: a removal waits for that
    std::map<std::string, std::pair<std::string, std::shared_ptr<Counter>>> counters;
    std::map<std::string, std::vector<Gauge>> gauges;  // none empty
    int next = 0;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace swapmeet
