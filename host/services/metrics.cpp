#include "host/services/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

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

bool begins_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

// A help text is one line, and so is the value of a label, which stands in quotes.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) c == '\n' ? out += "\\n" : c == '\\' ? out += "\\\\" : out += c;
  return out;
}

std::string in_quotes(std::string_view value) {
  std::string out = "\"";
  for (const char c : escaped(value)) c == '"' ? out += "\\\"" : out += c;
  return out + '"';
}

std::string full_name(const std::string& name) {
  return name.starts_with("process_") ? name : "swapmeet_" + name;
}

std::string text_of(const Metrics::Labels& labels) {
  std::string text;
  for (const auto& [key, value] : labels)
    text += (text.empty() ? "" : ",") + key + '=' + in_quotes(value);
  return text;
}

std::string with_labels(const std::string& name, const Metrics::Labels& labels) {
  return labels.empty() ? full_name(name) : full_name(name) + '{' + text_of(labels) + '}';
}

void add_head(std::string& out, const std::string& name, const std::string& help,
              std::string_view type) {
  out += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", full_name(name), escaped(help), type);
}

}  // namespace

Histogram::Histogram(std::vector<double> bounds)
    : bounds_(std::move(bounds)), counts_(bounds_.size() + 1) {}

void Histogram::observe(double value) noexcept {
  const auto bucket = std::lower_bound(bounds_.begin(), bounds_.end(), value) - bounds_.begin();
  counts_[static_cast<std::size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(value, std::memory_order_relaxed);
}

void Histogram::add_to(std::string& out, const std::string& name, const std::string& labels) const {
  const auto before = labels.empty() ? std::string() : labels + ',';
  const auto own = labels.empty() ? std::string() : '{' + labels + '}';
  std::uint64_t all = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    all += counts_[i].load(std::memory_order_relaxed);
    const auto bound = i < bounds_.size() ? fmt::format("{}", bounds_[i]) : "+Inf";
    out += fmt::format("{}_bucket{{{}le=\"{}\"}} {}\n", name, before, bound, all);
  }
  out += fmt::format("{0}_sum{1} {2}\n{0}_count{1} {3}\n", name, own,
                     sum_.load(std::memory_order_relaxed), all);
}

bool Metrics::is_name(std::string_view name) {
  return !name.empty() && begins_name(name.front()) &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return begins_name(c) || (c >= '0' && c <= '9'); });
}

std::shared_ptr<Counter> Metrics::counter(const std::string& name, const std::string& help,
                                          const Labels& labels) {
  if (!is_name(name)) return std::make_shared<AtomicCounter>();
  const std::lock_guard lock(state_->mutex);
  auto& counters = state_->counters[name];
  if (counters.of.empty()) counters.help = help;
  auto& counter = counters.of[labels];
  if (!counter) counter = std::make_shared<AtomicCounter>();
  return counter;
}

std::shared_ptr<Histogram> Metrics::histogram(const std::string& name, const std::string& help,
                                              const std::vector<double>& bounds,
                                              const Labels& labels) {
  const std::lock_guard lock(state_->mutex);
  auto& histograms = state_->histograms[name];
  if (histograms.of.empty()) histograms.help = help;
  auto& histogram = histograms.of[labels];
  if (!histogram) histogram = std::make_shared<Histogram>(bounds);
  return histogram;
}

Registration Metrics::gauge(const std::string& name, const std::string& help, Read read,
                            SideThread* where) {
  return family({name, help, "gauge",
                 [read = std::move(read)] {
                   const auto value = read();
                   return value ? std::vector<Sample>{{{}, *value}} : std::vector<Sample>{};
                 },
                 where});
}

Registration Metrics::family(Family family) {
  if (!is_name(family.name)) return {};
  auto told = std::make_shared<Told>();
  told->family = std::move(family);
  const std::lock_guard lock(state_->mutex);
  state_->told[told->family.name].push_back(told);
  return Registration([state = state_, told] {
    {
      const std::lock_guard erasing(state->mutex);
      const auto found = state->told.find(told->family.name);
      if (found != state->told.end()) {
        std::erase(found->second, told);
        if (found->second.empty()) state->told.erase(found);
      }
    }
    const std::lock_guard waiting(told->mutex);
    told->gone = true;
    told->family.read = nullptr;
  });
}

std::vector<Metrics::Sample> Metrics::samples_of(Told& told) {
  const std::lock_guard lock(told.mutex);
  return told.gone ? std::vector<Sample>{} : told.family.read();
}

// All of one thread in one go; what is read too late is nobody's any more.
Metrics::Samples Metrics::read(const AllTold& told, std::chrono::milliseconds patience) {
  struct Reading {
    std::mutex mutex;
    Samples samples;
  };
  const auto reading = std::make_shared<Reading>();
  std::map<SideThread*, AllTold> by_thread;
  for (const auto& one : told) by_thread[one->family.where].push_back(one);
  for (const auto& [where, its] : by_thread) {
    const auto work = [reading, its = its] {
      for (const auto& one : its) {
        auto samples = samples_of(*one);
        const std::lock_guard lock(reading->mutex);
        reading->samples[one->family.name] = std::move(samples);
      }
    };
    if (where)
      static_cast<void>(where->run(work, patience));
    else
      work();
  }
  const std::lock_guard lock(reading->mutex);
  return reading->samples;
}

std::string Metrics::text(std::chrono::milliseconds patience) const {
  std::string out;
  AllTold told;
  {
    const std::lock_guard lock(state_->mutex);
    for (const auto& [name, counters] : state_->counters) {
      add_head(out, name, counters.help, "counter");
      for (const auto& [labels, counter] : counters.of)
        out += fmt::format("{} {}\n", with_labels(name, labels),
                           static_cast<const AtomicCounter&>(*counter).value());
    }
    for (const auto& [name, histograms] : state_->histograms) {
      add_head(out, name, histograms.help, "histogram");
      for (const auto& [labels, histogram] : histograms.of)
        histogram->add_to(out, full_name(name), text_of(labels));
    }
    for (const auto& [name, all] : state_->told) told.push_back(all.front());
  }
  const auto samples = read(told, patience);
  for (const auto& one : told) {
    const auto found = samples.find(one->family.name);
    if (found == samples.end() || found->second.empty()) continue;
    add_head(out, one->family.name, one->family.help, one->family.type);
    for (const auto& sample : found->second)
      out += fmt::format("{} {}\n", with_labels(one->family.name, sample.labels), sample.value);
  }
  return out;
}

}  // namespace swapmeet
