// What the peers are called that fetch from here: each says its id, and the registry its name and
// where it is. Names are asked for apart from the answers, and kept for some minutes.
// Threads: thread-safe. look_up() may wait for the registry, nothing else does.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <set>
#include <string>

#include "swapmeet/registry.h"
#include "swapmeet/time.h"
#include "swapmeet/uploads.h"

namespace swapmeet::transfer_swarm {

class ReaderNames {
 public:
  // `registry` may be null: then nobody has a name. Both outlive it.
  ReaderNames(Registry* registry, Clock& clock) : registry_(registry), clock_(clock) {}
  // Says what is known of the reader. What is not is looked up next time.
  void name(UploadStatus& upload);
  // Asks the registry for a few of those that were missed.
  void look_up();

 private:
  struct Known {
    std::string name;  // empty: the registry does not know it
    std::string address;
    std::string seen_address;
    Instant until{};
  };
  Registry* const registry_;
  Clock& clock_;
  std::mutex mutex_;  // guards all below
  std::map<PeerId, Known> known_;
  std::set<PeerId> missed_;
};

}  // namespace swapmeet::transfer_swarm
