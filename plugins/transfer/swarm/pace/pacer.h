// How fast bytes may go, out (uploads) or in (downloads): a token bucket for all of them together
// and one for each reader's address, or source. Whoever moves a portion asks before it and is told
// how much may go, or when to ask again; what really went is taken off then. The HTTP front asks
// for uploads, each source's thread for downloads. Buckets hold what a tenth of a second brings, so
// that a late thread loses nothing, and are empty at the beginning and after a pause of a second: a
// reader gets no burst above the limit. Threads: thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "swapmeet/host.h"
#include "swapmeet/http.h"

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
  // All answers to one address share one; keep it while an answer lasts.
  Reader reader(const std::string& address);
  // How many of the bytes may go now.
  http::Allowance allow(Bucket& reader, std::uint64_t wanted);
  void sent(Bucket& reader, std::uint64_t bytes);

 private:
  void forget_idle();

  Clock& clock_;
  std::mutex mutex_;  // guards all below, and every bucket
  Rates rates_;
  Reader all_;
  std::unordered_map<std::string, Reader> readers_;
  std::size_t worth_cleaning_;  // when there are so many readers
};

}  // namespace swapmeet::transfer_swarm
