// How many connections this host makes because strangers say so, and to where: judged by address
// (may_dial) and counted for the caller, the target's network and in all. Who has oneself
// dialled pays little, who has somebody else dialled pays as much as that one could suffer.
// Threads: thread-safe, one lock.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "swapmeet/result.h"
#include "swapmeet/time.h"
#include "swapmeet/wire/network_address.h"
#include "swapmeet/wire/token_buckets.h"

namespace swapmeet::wire {

// A minute; as many may come at once.
struct DialRates {
  double in_all = 600;     // to where the calls come from
  double per_caller = 60;  // of those, to one household
  double elsewhere = 30;   // to other addresses
  double per_network = 3;  // of those, to one network, and of one caller
};

class DialLimits {
 public:
  explicit DialLimits(const Clock& clock) : clock_(clock) {}
  void set(const DialRates& rates);

  // May `caller` have `target` dialled now? It counts as done. `not_allowed`: never; `too_many`.
  Result<void> take(const NetworkAddress& caller, const NetworkAddress& target,
                    bool is_proved = false);
  // The same for a host name, before it is looked up: what it leads to is then judged by
  // take_resolved(), once.
  Result<void> take_name(const NetworkAddress& caller);
  Result<void> take_resolved(const NetworkAddress& caller, const NetworkAddress& target);

  // That connection was welcome, and counts no more.
  void give_back(const NetworkAddress& caller, const NetworkAddress& target);

 private:
  std::vector<TokenBuckets::Draw> draws(const NetworkAddress& caller,
                                        const NetworkAddress& target) const;
  Result<void> draw(const std::vector<TokenBuckets::Draw>& all, const char* what);

  const Clock& clock_;
  std::mutex mutex_;  // guards the rest
  DialRates rates_;
  TokenBuckets buckets_;
};

}  // namespace swapmeet::wire
