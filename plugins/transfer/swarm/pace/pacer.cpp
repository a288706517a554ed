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
constexpr double kLeastOfMany = 64 << 10;  // that goes at once over one of many connections
constexpr std::size_t kFewReaders = 64;

double turn_at(double rate) { return std::clamp(rate * kTurn.count(), kLeastTurn, kMostTurn); }

}  // namespace

// Guarded by the pacer's lock, but for the number of answers.
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
    return {static_cast<std::uint64_t>(std::min({wanted, tokens_, turn_at(rate)})),
            milliseconds(0)};
  }
  void take(std::uint64_t bytes) { tokens_ -= static_cast<double>(bytes); }
  void clear() { tokens_ = 0; }
  bool is_idle(Instant now) const { return now - filled_ > kPause; }

  std::atomic<std::size_t> answers{0};  // of this reader, that last
  FairTurns::Share share;

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
    : clock_(clock),
      all_(std::make_shared<Bucket>(clock.steady())),
      answers_(std::make_shared<std::atomic<std::size_t>>(0)),
      worth_cleaning_(kFewReaders) {}

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
  const bool fresh = bucket == nullptr;
  if (fresh) bucket = std::make_shared<Bucket>(clock_.steady());
  ++bucket->answers;
  ++*answers_;
  Reader reader(bucket.get(), [kept = bucket, all = answers_](Bucket* one) {
    --one->answers;
    --*all;
  });
  if (fresh && readers_.size() >= worth_cleaning_) forget_idle();
  return reader;
}

// Those whom nobody holds and who would begin empty again anyway.
void Pacer::forget_idle() {
  const auto now = clock_.steady();
  std::erase_if(readers_, [&](const auto& one) {
    const bool idle = one.second.use_count() == 1 && one.second->is_idle(now);
    if (idle) turns_.forget(one.second->share);
    return idle;
  });
  worth_cleaning_ = std::max(kFewReaders, 2 * readers_.size());
}

http::Allowance Pacer::allow(Bucket& reader, std::uint64_t wanted) {
  const std::lock_guard lock(mutex_);
  http::Allowance allowed{fair_portion(reader, wanted), milliseconds(0)};
  const auto narrow = [&](Bucket& bucket, std::uint64_t rate) {
    if (rate == 0) return;
    const auto here =
        bucket.allow(static_cast<double>(rate), static_cast<double>(wanted), clock_.steady());
    allowed = {std::min(allowed.bytes, here.bytes), std::max(allowed.wait, here.wait)};
  };
  narrow(reader, rates_.each);
  const bool may = allowed.bytes > 0;
  narrow(*all_, rates_.all);
  return may && rates_.all > 0 ? in_turn(reader, allowed) : allowed;
}

// Connections take turns, so one reader's many take less at a time when there are others.
std::uint64_t Pacer::fair_portion(const Bucket& reader, std::uint64_t wanted) const {
  const std::size_t answers = reader.answers;
  if (answers < 2 || *answers_ == answers) return wanted;
  const auto most = std::max(kLeastOfMany, kMostTurn / static_cast<double>(answers));
  return std::min(wanted, static_cast<std::uint64_t>(most));
}

http::Allowance Pacer::in_turn(Bucket& reader, http::Allowance allowed) {
  const auto now = clock_.steady();
  const auto others = turns_.ask(reader.share, turn_at(static_cast<double>(rates_.all)), now);
  if (others) allowed = {0, std::chrono::ceil<milliseconds>(*others - now)};
  if (allowed.bytes == 0) turns_.wait(reader.share, now + allowed.wait);
  return allowed;
}

void Pacer::sent(Bucket& reader, std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  if (rates_.all > 0) {
    all_->take(bytes);
    turns_.serve(reader.share, static_cast<double>(bytes));
  }
  if (rates_.each > 0) reader.take(bytes);
}

}  // namespace swapmeet::transfer_swarm
