// How one source stands with a running download: whether it works, when it may be tried again, and
// why it was sent home, dropped or withdrawn.
// Threads: for one at a time. It reads no clock: moments are handed in.
#pragma once

#include <chrono>
#include <optional>
#include <random>
#include <string>

#include "swapmeet/result.h"
#include "swapmeet/time.h"
#include "transfer/swarm/fetch/patience.h"

namespace swapmeet::transfer_swarm {

class SourceStanding {
 public:
  bool works() const { return working_; }
  bool was_tried() const { return tried_; }
  // It is not asked any more: it lied, or its sender took it back.
  bool is_out() const { return dropped_ || withdrawn_; }
  bool is_dropped() const { return dropped_; }
  // It has answered the last time, and not with the content.
  bool has_it_not() const { return has_it_not_; }
  bool may_begin(Instant now) const { return !working_ && !is_out() && retry_at_ <= now; }
  // It said when to come back.
  bool is_in_queue() const { return in_queue_; }
  Instant retry_at() const { return retry_at_; }
  // "active", "trying again: it answered 503 …": for the person.
  const std::string& text() const { return text_; }
  bool is_idle() const { return text_ == "idle"; }

  void begin();
  // It works no longer, and nothing was wrong.
  void end();
  // It works no longer. `corrupt`: it is dropped; with `retry_after`: it is in the source's queue;
  // else it is tried again later each time.
  void fail(const Error& error, Instant now, const Patience& patience, std::mt19937_64& random);
  // A piece of it was right: its failures are forgiven.
  void forgive() { failures_ = 0; }
  // Its worker has to end, for this reason. False: it has to already, or there is none.
  bool send_home(const std::string& why);
  void drop(const std::string& why);
  bool withdraw();  // answers as send_home() does

 private:
  bool working_ = false;
  bool tried_ = false;
  bool dropped_ = false;
  bool withdrawn_ = false;
  bool in_queue_ = false;
  bool has_it_not_ = false;
  unsigned failures_ = 0;
  Instant retry_at_{};
  std::string sent_home_;
  std::string text_ = "idle";
};

}  // namespace swapmeet::transfer_swarm
