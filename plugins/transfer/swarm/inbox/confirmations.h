// Asks the sender of an offer whether it made it, which anybody can have this peer do. So it goes
// only to where the index has reached the sender, or where the call comes from; a call is short in
// time and answer, follows no redirect, and is counted: who confirms costs nothing, who does not
// has soon used up what there is for it (wire/dial_limits.h).
// Threads: thread-safe. A call blocks its caller, for some seconds at most.
#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "swapmeet/registry.h"
#include "swapmeet/result.h"
#include "swapmeet/time.h"
#include "swapmeet/wire/dial_limits.h"
#include "swapmeet/wire/short_call.h"

namespace swapmeet::transfer_swarm {

class Confirmations {
 public:
  using Call = std::function<Result<wire::Reply>(const wire::ShortCall&)>;
  explicit Confirmations(const Clock& clock, Call call = {});  // empty: over the network

  // Whether the sender answers at `path` with `expected`. `too_many`, `unavailable`, `timed_out`:
  // it may be asked later; `not_allowed`: it says no, or is nowhere where it may be asked.
  Result<void> ask(const PeerRecord& sender, const std::string& caller, const std::string& token,
                   const std::string& path, const std::string& expected);

 private:
  Result<void> call(const PeerRecord& sender, const wire::NetworkAddress& target,
                    const std::string& token, const std::string& path, const std::string& expected);

  const Call call_;
  wire::DialLimits limits_;
  std::atomic<int> asking_{0};
};

}  // namespace swapmeet::transfer_swarm
