#include "transfer/swarm/pace/pacer.h"

#include <algorithm>
#include <cmath>

namespace swapmeet::transfer_swarm {
namespace {

using Seconds = std::chrono::duration<double>;
using std::chrono::milliseconds;

constexpr Seconds kDepth{0.1};  // of a bucket
constexpr Seconds kPause{1.0};  // after which a bucket is empty
// What goes at once when many share: small enough to be fair, large enough to be cheap.
constexpr Seconds kTurn{0.01};
constexpr double kLeastTurn = 16 << 10;
constexpr double kMostTurn = 1 << 20;
// It is worth waking up for what comes in so long, and for no less than so many bytes.
constexpr Seconds kWorthWaking{0.005};
constexpr double kLeastPortion = 1 << 10;
constexpr milliseconds kLongestWait{100};  // then new limits are seen
constexpr std::size_t kFewReaders = 64;

}  // namespace

// Guarded by the pacer's lock.
class Pacer::Bucket {
 public:
  explicit Bucket(Instant now) : filled_(now) {}

  // What a bucket of that rate allows; 0 < rate.
  http::Allowance allow(double rate, double wanted, Instant now) {
    fill(rate, now);
    const auto least = std::min(wanted, std::max(kLeastPortion, rate * kWorthWaking.count()));
    if (tokens_ < least) {
      const Seconds wait((least - tokens_) / rate);
      return {0,
              std::min(std::chrono::ceil<milliseconds>(std::min(wait, Seconds(1))), kLongestWait)};
    }
    const auto turn = std::clamp(rate * kTurn.count(), kLeastTurn, kMostTurn);
    return {static_cast<std::uint64_t>(std::min({wanted, tokens_, turn})), milliseconds(0)};
  }
  void take(std::uint64_t bytes) { tokens_ -= static_cast<double>(bytes); }
  void clear() { tokens_ = 0; }
  bool is_idle(Instant now) const { return now - filled_ > kPause; }

 private:
  void fill(double rate, Instant now) {
    const auto depth = std::max(rate * kDepth.count(), kLeastPortion);
    if (is_idle(now))
      tokens_ = std::min(tokens_, 0.0);
    else
      tokens_ += rate * Seconds(now - filled_).count();
    tokens_ = std::min(tokens_, depth);
    filled_ = now;
  }

  double tokens_ = 0;
  Instant filled_;
};

Pacer::Pacer(Clock& clock)
    : clock_(clock), all_(std::make_shared<Bucket>(clock.steady())), worth_cleaning_(kFewReaders) {}

Pacer::~Pacer() = default;

void Pacer::set_rates(const Rates& rates) {
  const std::lock_guard lock(mutex_);
  rates_ = rates;
  // A debt or a gain of the old limit is none of the new one.
  all_->clear();
  for (const auto& [address, bucket] : readers_) bucket->clear();
}

Pacer::Reader Pacer::reader(const std::string& address) {
  const std::lock_guard lock(mutex_);
  auto& bucket = readers_[address];
  if (bucket) return bucket;
  bucket = std::make_shared<Bucket>(clock_.steady());
  auto found = bucket;
  if (readers_.size() >= worth_cleaning_) forget_idle();
  return found;
}

// Those whom nobody holds and who would begin empty again anyway.
void Pacer::forget_idle() {
  const auto now = clock_.steady();
  std::erase_if(readers_, [&](const auto& one) {
    return one.second.use_count() == 1 && one.second->is_idle(now);
  });
  worth_cleaning_ = std::max(kFewReaders, 2 * readers_.size());
}

http::Allowance Pacer::allow(Bucket& reader, std::uint64_t wanted) {
  const std::lock_guard lock(mutex_);
  http::Allowance allowed{wanted, milliseconds(0)};
  const auto narrow = [&](Bucket& bucket, std::uint64_t rate) {
    if (rate == 0) return;
    const auto here =
        bucket.allow(static_cast<double>(rate), static_cast<double>(wanted), clock_.steady());
    allowed = {std::min(allowed.bytes, here.bytes), std::max(allowed.wait, here.wait)};
  };
  narrow(*all_, rates_.all);
  narrow(reader, rates_.each);
  return allowed;
}

void Pacer::sent(Bucket& reader, std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  if (rates_.all > 0) all_->take(bytes);
  if (rates_.each > 0) reader.take(bytes);
}

}  // namespace swapmeet::transfer_swarm
