#include "host/services/metrics.h"

#include <fmt/format.h>

#include <atomic>

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

}  // namespace

std::shared_ptr<Counter> Metrics::counter(const std::string& name, const std::string& help) {
  const std::lock_guard lock(state_->mutex);
  auto& [text, counter] = state_->counters[name];
  if (!counter) {
    text = help;
    counter = std::make_shared<AtomicCounter>();
  }
  return counter;
}

Registration Metrics::gauge(const std::string& name, const std::string& help,
                            std::function<double()> read) {
  const std::lock_guard lock(state_->mutex);
  const int number = state_->next++;
  state_->gauges[name].push_back({help, std::move(read), number});
  return Registration([state = state_, name, number] {
    const std::lock_guard erasing(state->mutex);
    const auto found = state->gauges.find(name);
    if (found == state->gauges.end()) return;
    std::erase_if(found->second, [&](const Gauge& one) { return one.number == number; });
    if (found->second.empty()) state->gauges.erase(found);
  });
}

std::string Metrics::text() const {
  std::string out;
  const std::lock_guard lock(state_->mutex);
  for (const auto& [name, entry] : state_->counters)
    out += fmt::format("# HELP swapmeet_{0} {1}\n# TYPE swapmeet_{0} counter\nswapmeet_{0} {2}\n",
                       name, entry.first, static_cast<const AtomicCounter&>(*entry.second).value());
  for (const auto& [name, gauges] : state_->gauges)
    out += fmt::format("# HELP swapmeet_{0} {1}\n# TYPE swapmeet_{0} gauge\nswapmeet_{0} {2}\n",
                       name, gauges.front().help, gauges.front().read());
  return out;
}

}  // namespace swapmeet
