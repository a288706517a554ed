// What other threads bring to the scanner's thread, which waits here for it: requests for scans,
// what the hashing threads have done, files that turned out to be closed, and the end.
// Threads: thread-safe; one thread takes and waits.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "swapmeet/time.h"
#include "transfer/swarm/scan/hash_pool.h"
#include "transfer/swarm/scan/ignore_rules.h"
#include "transfer/swarm/scan/scan_requests.h"

namespace swapmeet::transfer_swarm {

class Arrivals {
 public:
  using Closed = std::map<std::pair<std::string, std::string>, int>;  // errno, by share and path

  // The clock must outlive it.
  Arrivals(Clock& clock, std::chrono::milliseconds rescan_interval, IgnoreRules ignore);

  void request(const Scope& scope);
  void request_all();
  void request_at(const Scope& scope, Instant when);
  void expect(const std::string& share);
  // A scan of the share is asked for, expected, or under way.
  bool asks_for(const std::string& share) const;
  void change(std::chrono::milliseconds rescan_interval, IgnoreRules ignore);
  void leave_out(const std::string& share, const std::string& path, int error);
  // Wakes the thread for many results at once: when the pool `wants_more`, or after a moment.
  void add(HashResult result, bool wants_more);
  void stop();

  bool is_stopping() const { return stopping_; }
  // Until something is there to be taken, the moment comes, or the end.
  void wait(Instant until);
  // Until the moment comes, or the end.
  void rest(Instant until);
  bool has_requests() const;
  // As of ScanRequests, the round ends with finish_requests().
  std::vector<Scope> take_requests(const std::vector<std::string>& shares);
  void finish_requests();
  std::vector<HashResult> take_results();
  Closed take_closed();
  std::shared_ptr<const IgnoreRules> rules() const;

 private:
  Clock& clock_;
  std::atomic<bool> stopping_{false};
  mutable std::mutex mutex_;  // guards all below
  std::condition_variable told_;
  ScanRequests requests_;
  std::shared_ptr<const IgnoreRules> rules_;
  Closed closed_;
  std::vector<HashResult> results_;
  bool results_due_ = false;  // it is worth taking them
  Instant results_taken_;
};

}  // namespace swapmeet::transfer_swarm
