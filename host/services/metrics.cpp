#include "host/services/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>

namespace swapmeet {
namespace {

class AtomicCounter final : public Counter {
 public:
  void add(std::uint64_t amount) noexcept override {
    value_.fetch_add(amount, std::memory_order_relaxed);
  }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

constexpr std::chrono::seconds kPatience{1};  // with the gauges of one thread

bool begins_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

// A help text is one line.
std::string escaped(std::string_view help) {
  std::string text;
  for (const char c : help) c == '\n' ? text += "\\n" : c == '\\' ? text += "\\\\" : text += c;
  return text;
}

void add_head(std::string& out, const std::string& name, const std::string& help,
              std::string_view type) {
  out +=
      fmt::format("# HELP swapmeet_{0} {1}\n# TYPE swapmeet_{0} {2}\n", name, escaped(help), type);
}

}  // namespace

bool Metrics::is_name(std::string_view name) {
  return !name.empty() && begins_name(name.front()) &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return begins_name(c) || (c >= '0' && c <= '9'); });
}

std::shared_ptr<Counter> Metrics::counter(const std::string& name, const std::string& help) {
  if (!is_name(name)) return std::make_shared<AtomicCounter>();
  const std::lock_guard lock(state_->mutex);
  auto& [text, counter] = state_->counters[name];
  if (!counter) {
    text = help;
    counter = std::make_shared<AtomicCounter>();
  }
  return counter;
}

Registration Metrics::gauge(const std::string& name, const std::string& help, Read read,
                            SideThread* where) {
  if (!is_name(name)) return {};
  auto gauge = std::make_shared<Gauge>();
  gauge->name = name;
  gauge->help = help;
  gauge->where = where;
  gauge->read = std::move(read);
  const std::lock_guard lock(state_->mutex);
  state_->gauges[name].push_back(gauge);
  return Registration([state = state_, gauge] {
    {
      const std::lock_guard erasing(state->mutex);
      const auto found = state->gauges.find(gauge->name);
      if (found != state->gauges.end()) {
        std::erase(found->second, gauge);
        if (found->second.empty()) state->gauges.erase(found);
      }
    }
    const std::lock_guard waiting(gauge->mutex);
    gauge->read = nullptr;
  });
}

Registration Metrics::per_plugin(PerPlugin family) {
  const std::lock_guard lock(state_->mutex);
  const int number = state_->next++;
  state_->families.emplace(number, std::move(family));
  return Registration([state = state_, number] {
    const std::lock_guard erasing(state->mutex);
    state->families.erase(number);
  });
}

std::optional<double> Metrics::value_of(Gauge& gauge) {
  const std::lock_guard lock(gauge.mutex);
  return gauge.read ? gauge.read() : std::nullopt;
}

// All of one thread in one go; what is read too late is nobody's any more.
Metrics::Values Metrics::read(const Gauges& gauges) {
  struct Reading {
    std::mutex mutex;
    Values values;
  };
  const auto reading = std::make_shared<Reading>();
  std::map<SideThread*, Gauges> by_thread;
  for (const auto& gauge : gauges) by_thread[gauge->where].push_back(gauge);
  for (const auto& [where, its] : by_thread) {
    const auto work = [reading, its = its] {
      for (const auto& gauge : its)
        if (const auto value = value_of(*gauge)) {
          const std::lock_guard lock(reading->mutex);
          reading->values[gauge->name] = *value;
        }
    };
    if (where)
      static_cast<void>(where->run(work, kPatience));
    else
      work();
  }
  const std::lock_guard lock(reading->mutex);
  return reading->values;
}

std::string Metrics::text() const {
  std::string out;
  Gauges gauges;
  {
    const std::lock_guard lock(state_->mutex);
    for (const auto& [name, entry] : state_->counters) {
      add_head(out, name, entry.first, "counter");
      out += fmt::format("swapmeet_{} {}\n", name,
                         static_cast<const AtomicCounter&>(*entry.second).value());
    }
    for (const auto& [number, family] : state_->families) {
      add_head(out, family.name, family.help, family.type);
      for (const auto& [plugin, value] : family.read())
        out += fmt::format("swapmeet_{}{{plugin=\"{}\"}} {}\n", family.name, plugin, value);
    }
    for (const auto& [name, all] : state_->gauges) gauges.push_back(all.front());
  }
  const auto values = read(gauges);
  for (const auto& gauge : gauges) {
    const auto value = values.find(gauge->name);
    if (value == values.end()) continue;
    add_head(out, gauge->name, gauge->help, "gauge");
    out += fmt::format("swapmeet_{} {}\n", gauge->name, value->second);
  }
  return out;
}

}  // namespace swapmeet
