// How fast bytes may go, out (uploads) or in (downloads): a token bucket for all of them together
// and one for each reader's address, or source. Whoever moves a portion asks before it and is told
// how much may go, or when to ask again; what really went is taken off then. The HTTP front asks
// for uploads, each source's thread for downloads. Buckets hold what a tenth of a second brings, so
// that a late thread loses nothing, and are empty at the beginning and after a pause of a second: a
// reader gets no burst above the limit. Who shares a limit with others gets as much as each of
// them, over however many connections (FairTurns); without a limit it takes smaller turns. Threads:
// thread-safe.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "swapmeet/host.h"
#include "swapmeet/http.h"
#include "transfer/swarm/pace/fair_turns.h"

namespace swapmeet::transfer_swarm {

struct Rates {  // bytes a second; 0: as fast as it goes
  std::uint64_t all = 0;
  std::uint64_t each = 0;
  bool operator==(const Rates&) const = default;
};

class Pacer {
 public:
  class Bucket;
  using Reader = std::shared_ptr<Bucket>;

  // The clock must outlive the pacer.
  explicit Pacer(Clock& clock);
  ~Pacer();
  // From now on, also for those that are being sent.
  void set_rates(const Rates& rates);
  // All answers to one address share one; keep it while an answer lasts, as so many are counted.
  Reader reader(const std::string& address);
  // How many of the bytes may go now.
  http::Allowance allow(Bucket& reader, std::uint64_t wanted);
  void sent(Bucket& reader, std::uint64_t bytes);

 private:
  void forget_idle();
  std::uint64_t fair_portion(const Bucket& reader, std::uint64_t wanted) const;
  http::Allowance in_turn(Bucket& reader, http::Allowance allowed);

  Clock& clock_;
  std::mutex mutex_;  // guards all below, and every bucket
  Rates rates_;
  std::shared_ptr<Bucket> all_;
  FairTurns turns_;
  std::shared_ptr<std::atomic<std::size_t>> answers_;  // that last, to all readers
  std::unordered_map<std::string, std::shared_ptr<Bucket>> readers_;
  std::size_t worth_cleaning_;  // when there are so many readers
};

}  // namespace swapmeet::transfer_swarm
