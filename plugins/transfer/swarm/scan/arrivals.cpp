#include "transfer/swarm/scan/arrivals.h"

#include <algorithm>

namespace swapmeet::transfer_swarm {
namespace {

constexpr std::chrono::milliseconds kTakeResults{20};

}  // namespace

Arrivals::Arrivals(Clock& clock, std::chrono::milliseconds rescan_interval, IgnoreRules ignore)
    : clock_(clock),
      requests_(clock.steady(), rescan_interval),
      rules_(std::make_shared<const IgnoreRules>(std::move(ignore))),
      results_taken_(clock.steady()) {}

void Arrivals::request(const Scope& scope) {
  const std::lock_guard lock(mutex_);
  requests_.ask(scope);
  told_.notify_all();
}

void Arrivals::request_all() {
  const std::lock_guard lock(mutex_);
  requests_.ask_all();
  told_.notify_all();
}

void Arrivals::request_at(const Scope& scope, Instant when) {
  const std::lock_guard lock(mutex_);
  requests_.ask_at(scope, when);
  told_.notify_all();
}

void Arrivals::expect(const std::string& share) {
  const std::lock_guard lock(mutex_);
  requests_.expect(share);
}

bool Arrivals::asks_for(const std::string& share) const {
  const std::lock_guard lock(mutex_);
  return requests_.has(share);
}

void Arrivals::change(std::chrono::milliseconds rescan_interval, IgnoreRules ignore) {
  const std::lock_guard lock(mutex_);
  requests_.set_interval(rescan_interval);
  rules_ = std::make_shared<const IgnoreRules>(std::move(ignore));
  told_.notify_all();  // the next scan may be due sooner
}

void Arrivals::leave_out(const std::string& share, const std::string& path, int error) {
  const std::lock_guard lock(mutex_);
  closed_[{share, path}] = error;
  told_.notify_all();
}

void Arrivals::add(HashResult result, bool wants_more) {
  const std::lock_guard lock(mutex_);
  results_.push_back(std::move(result));
  if (results_due_ || (!wants_more && clock_.steady() - results_taken_ < kTakeResults)) return;
  results_due_ = true;
  told_.notify_all();
}

void Arrivals::stop() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  told_.notify_all();
}

void Arrivals::wait(Instant until) {
  std::unique_lock lock(mutex_);
  const auto due = std::min(until, requests_.next_due());
  clock_.wait_until(lock, told_, due, [&] {
    return stopping_ || requests_.any() || results_due_ || !closed_.empty() ||
           requests_.next_due() < due;
  });
  requests_.fall_due(clock_.steady());
}

void Arrivals::rest(Instant until) {
  std::unique_lock lock(mutex_);
  clock_.wait_until(lock, told_, until, [&] { return stopping_.load(); });
}

bool Arrivals::has_requests() const {
  const std::lock_guard lock(mutex_);
  return requests_.any();
}

std::vector<Scope> Arrivals::take_requests(const std::vector<std::string>& shares) {
  const std::lock_guard lock(mutex_);
  return requests_.take(shares, clock_.steady());
}

void Arrivals::finish_requests() {
  const std::lock_guard lock(mutex_);
  requests_.finish();
}

std::vector<HashResult> Arrivals::take_results() {
  const std::lock_guard lock(mutex_);
  results_due_ = false;
  results_taken_ = clock_.steady();
  return std::exchange(results_, {});
}

Arrivals::Closed Arrivals::take_closed() {
  const std::lock_guard lock(mutex_);
  return std::exchange(closed_, {});
}

std::shared_ptr<const IgnoreRules> Arrivals::rules() const {
  const std::lock_guard lock(mutex_);
  return rules_;
}

}  // namespace swapmeet::transfer_swarm
