// Counters, gauges, histograms and families of numbers, and their Prometheus text. What a plugin
// tells is read where it can harm nobody, for a bounded time: what does not answer, or fails, is
// left out. Thread-safe.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
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

// How often something took how long. Thread-safe; observing waits for nobody.
class Histogram {
 public:
  // Upper bounds of the buckets, growing; one without a bound comes after them.
  explicit Histogram(std::vector<double> bounds);

  void observe(double value) noexcept;
  void observe(std::chrono::steady_clock::duration took) noexcept {
    observe(std::chrono::duration<double>(took).count());
  }
  // Lines of Prometheus' text; labels as they are written there: `a="b",c="d"`.
  void add_to(std::string& out, const std::string& name, const std::string& labels) const;

 private:
  const std::vector<double> bounds_;
  std::vector<std::atomic<std::uint64_t>> counts_;  // of each bucket alone
  std::atomic<double> sum_{0};
};

class Metrics {
 public:
  using Labels = std::vector<std::pair<std::string, std::string>>;
  struct Sample {
    Labels labels;
    double value = 0;
  };
  // nullopt: it cannot tell.
  using Read = std::function<std::optional<double>()>;

  // By Prometheus' rules ([a-zA-Z_][a-zA-Z0-9_]*).
  static bool is_name(std::string_view name);
  // The same name and labels give the same counter. A name that is none gives a counter that is
  // never shown.
  std::shared_ptr<Counter> counter(const std::string& name, const std::string& help,
                                   const Labels& labels = {});
  // The same name and labels give the same one; `bounds` are the first one's.
  std::shared_ptr<Histogram> histogram(const std::string& name, const std::string& help,
                                       const std::vector<double>& bounds,
                                       const Labels& labels = {});
  // Of several of a name the first is shown until it has ended, then the next: one that is to take
  // a plugin's place shows nothing before. A name that is none registers nothing. `where`: it is
  // read on that thread, in good time together with all others there; nullptr: on the asker's.
  // The thread outlives the registration.
  Registration gauge(const std::string& name, const std::string& help, Read read,
                     SideThread* where = nullptr);

  // Numbers that belong together, told apart by their labels; none: it cannot tell.
  struct Family {
    std::string name;
    std::string help;
    std::string type;  // "counter" or "gauge"
    std::function<std::vector<Sample>()> read;
    SideThread* where = nullptr;  // as of a gauge
  };
  // Names that begin with "process_" are Prometheus' own and are told without "swapmeet_".
  Registration family(Family family);

  // Prometheus' text format 0.0.4. What is read on other threads is waited for so long, each.
  static constexpr std::chrono::milliseconds kPatience{1'000};
  std::string text(std::chrono::milliseconds patience = kPatience) const;

 private:
  struct Told {
    Family family;
    std::mutex mutex;  // held while it is read: a removal waits for that
    bool gone = false;
  };
  using AllTold = std::vector<std::shared_ptr<Told>>;
  using Samples = std::map<std::string, std::vector<Sample>>;
  template <class Number>
  struct Labelled {
    std::string help;
    std::map<Labels, std::shared_ptr<Number>> of;
  };
  struct State {
    std::mutex mutex;
    std::map<std::string, Labelled<Counter>> counters;
    std::map<std::string, Labelled<Histogram>> histograms;
    std::map<std::string, AllTold> told;  // none empty
  };
  static std::vector<Sample> samples_of(Told& told);
  static Samples read(const AllTold& told, std::chrono::milliseconds patience);

  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace swapmeet
