// Which scans are wanted: those that somebody asked for, those that fall due by themselves, and
// those that are announced. The scanner's thread takes them in rounds; until it has finished a
// round, what it took still counts as asked for.
// Threads: for one thread at a time (Arrivals holds the lock). Pure: the time is an argument.
#pragma once

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "swapmeet/time.h"
#include "transfer/swarm/scan/folder_walk.h"

namespace swapmeet::transfer_swarm {

class ScanRequests {
 public:
  // All shares are walked once every `interval`.
  ScanRequests(Instant now, std::chrono::milliseconds interval) : walked_all_(now) {
    set_interval(interval);
  }
  void set_interval(std::chrono::milliseconds interval) { interval_ = interval; }

  void ask(const Scope& scope);
  void ask_all() { all_ = true; }
  // Somebody will ask for the whole share soon.
  void expect(const std::string& share) { expected_.insert(share); }
  // At that time. The sooner of two counts.
  void ask_at(const Scope& scope, Instant when);
  // Makes requests of what is due by now.
  void fall_due(Instant now);

  bool any() const { return all_ || !asked_.empty(); }
  // When something falls due by itself.
  Instant next_due() const;
  // Asked for, expected, or not finished.
  bool has(const std::string& share) const;

  // A round of scans, in order; `all` stands for these shares. What another one of the round covers
  // is left out.
  std::vector<Scope> take(const std::vector<std::string>& shares, Instant now);
  void finish() { taken_.clear(); }

 private:
  std::chrono::milliseconds interval_{};
  Instant walked_all_;
  bool all_ = false;
  std::set<Scope> asked_;
  std::set<Scope> taken_;
  std::set<std::string> expected_;
  std::map<Scope, Instant> later_;
};

}  // namespace swapmeet::transfer_swarm
