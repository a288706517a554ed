// The parts of shares in which something has changed lately. Each is told once it has been quiet
// for a moment, or has waited for long enough; when a share has very many, all of it is told.
// Threads: for one thread. Pure: the time is an argument.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "swapmeet/time.h"
#include "transfer/swarm/scan/folder_walk.h"

namespace swapmeet::transfer_swarm {

class Touches {
 public:
  void add(const Scope& scope, Instant now);
  void forget(const std::string& share);
  // Those that are due, which are forgotten with that.
  std::vector<Scope> take(Instant now);
  // When the next one is due; Instant::max(): there is none.
  Instant next() const;

 private:
  struct Touch {
    Instant first;
    Instant last;
    Instant due() const;
  };
  std::map<Scope, Touch> touches_;
};

}  // namespace swapmeet::transfer_swarm
