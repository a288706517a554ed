// Failed log-ins, and how long one has to wait after them. Whoever guesses waits; the owner of the
// name does not, however many guess and from wherever:
// - A device that has logged in to the account before is counted by itself, and so is an address
//   that has. What others do is nothing to them; they wait a minute at most.
// - Of anybody else each address is counted, and each address at each name. After so many free
//   failures every further one doubles the pause, up to a quarter of an hour. Where many guess at
//   one name, a failure there counts as several.
// - A name alone is never refused: one that comes from a clean address is always looked at.
// An hour without an attempt forgets it all. Threads: thread-safe.
#pragma once

#include <chrono>
#include <mutex>
#include <string>
#include <string_view>

#include "host/auth/tallies.h"
#include "swapmeet/result.h"
#include "swapmeet/time.h"

namespace swapmeet {

struct AttemptLimits {
  int per_account = 5;
  int per_address = 50;  // 0: none, for all come from one
};

// Who wants to log in.
struct LogInCaller {
  std::string name;            // folded
  std::string address;         // as it is counted
  std::string device = {};     // one that has logged in under that name; empty: none
  bool knows_address = false;  // somebody has logged in under that name from there
};

// What speaks for them; whose turn comes first.
enum class Standing {
  known,    // a device or an address that has logged in under that name
  patient,  // has come before, had to go without having been heard, and has done nothing wrong
  apart,    // nothing is known, and nobody in the network around it has failed lately (16 bits)
  near,     // the same of the narrower network (24 bits)
  clean,    // the same of the address alone
  failed,   // has failed lately
};

// One that has begun, to be given back when it is known how it ended.
struct Attempt {
  LogInCaller caller;
  Standing standing = Standing::clean;
  int counted = 1;  // failures, until it turns out to be none
};

class Attempts {
 public:
  Attempts(Clock& clock, const AttemptLimits& limits);

  // Before a password is looked at. Counts as failed until succeeded() says otherwise, so that many
  // at once cannot guess more often. `too_many`, with when to come back; such a call does not
  // count.
  Result<Attempt> begin(const LogInCaller& caller);
  void succeeded(const Attempt& attempt);
  // It could not be told whether the password was right: as if it had not been tried.
  void withdrawn(const Attempt& attempt);
  // The same, for others were before it: the next time its turn comes earlier.
  void put_off(const Attempt& attempt);
  void set_limits(const AttemptLimits& limits);

 private:
  Tally& of_device(const LogInCaller& caller, Instant now);
  Tally& of_pair(const LogInCaller& caller, Instant now);
  Tally& of_address(const LogInCaller& caller, Instant now);
  Standing standing_of(const LogInCaller& caller, Instant now);
  void count_networks(const LogInCaller& caller, Instant now, int failures);
  void withdraw(const Attempt& attempt, Instant now);
  bool is_under_attack(const Tally& name) const;

  Clock& clock_;
  std::mutex mutex_;
  AttemptLimits limits_;
  Tallies devices_{1 << 12};
  Tallies names_{1 << 13};      // failures of those who are not known
  Tallies pairs_{1 << 16};      // of a name and an address
  Tallies addresses_{1 << 16};  // of those who are not known
  Tallies networks_{1 << 16};   // around those
};

}  // namespace swapmeet
