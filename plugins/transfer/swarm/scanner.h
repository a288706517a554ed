// Keeps the catalogue true to the disk: walks the shares, hashes new and changed files, and takes
// out the listings of vanished ones.
// Threads: one thread of its own does all of it; the rest is thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "transfer/swarm/catalogue.h"
#include "transfer/swarm/downloads.h"

namespace swapmeet::swarm {

struct ScanProgress {
  bool scanning = false;  // or about to
  std::uint64_t waiting_files = 0;
  std::uint64_t waiting_bytes = 0;
  std::string problem;
};

// Names that are never shared: hidden ones and unfinished downloads.
bool is_skipped_name(std::string_view name);

class Scanner {
 public:
  Scanner(Catalogue& catalogue, std::chrono::milliseconds rescan_interval, LogFunction log);
  ~Scanner();
  // Asks for a scan of a share, of all when the name is empty. Returns at once.
  void request(const std::string& share);
  ScanProgress progress(const std::string& share) const;
  // Ends within a block's hashing. Idempotent.
  void stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace swapmeet::swarm
