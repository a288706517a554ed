// A real index in a folder of its own, as a child process, and what it costs: time of the
// processor, memory, disk.
// Threads: one object, one thread.
#pragma once

#include <chrono>
#include <string>

#include "tests/e2e/network.h"

namespace swapmeet::bench {

class MeasuredHost {
 public:
  // `search`: the plugin, "memory" or "fts".
  explicit MeasuredHost(const std::string& search);

  int port() const { return port_; }
  // Seconds until it answers a search that finds what stands in every workload.
  double start();
  double stop();         // seconds
  void forget_cached();  // its files leave the page cache
  double processor_seconds() const;
  double megabytes() const;       // resident now
  double most_megabytes() const;  // and at most so far
  double megabytes_on_disk() const;
  // Waits until it computes no more than a twentieth of a core, that is, has caught up.
  void wait_until_idle() const;
  std::string log() const { return node_.log(); }

 private:
  double status_megabytes(const char* field) const;

  e2e::Folder folder_;
  const int port_;
  e2e::Node node_;
};

}  // namespace swapmeet::bench
