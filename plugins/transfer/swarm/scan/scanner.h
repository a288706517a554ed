// Keeps the catalogue true to the disk: walks the shares, takes out the listings of vanished files,
// recognises moved ones, and has the rest hashed. One thread walks and writes; a few of low
// priority hash. What is hashed is committed as it goes, so that a scan that was cut off goes on
// where it was. A share whose folder is away keeps its files, and after a while they are withdrawn
// from the feed until it is back.
// This is the loop and its face: Arrivals brings requests, Surveyor compares, FileHashing hashes
// and commits, ScanProgress shows how far it is.
// Threads: thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "swapmeet/attribute_reader.h"
#include "swapmeet/host.h"
#include "transfer/swarm/catalogue/catalogue.h"
#include "transfer/swarm/scan/folder_walk.h"
#include "transfer/swarm/scan/ignore_rules.h"
#include "transfer/swarm/scan/scan_progress.h"

namespace swapmeet::transfer_swarm {

struct ScanOptions {
  std::chrono::milliseconds rescan_interval = std::chrono::hours(1);
  bool scan_at_start = true;  // all shares
  IgnoreRules ignore;
  std::size_t hash_threads = 0;                // 0: half of the machine's
  std::filesystem::path never;                 // a folder that is never shared: this host's data
  std::chrono::milliseconds patience{60'000};  // with a folder that is away
  std::chrono::milliseconds longest_batch{1'000};  // that hashed files wait to be kept
  std::size_t most_in_batch = 20'000;              // of them
  std::function<std::uint64_t()> moved;   // bytes, by transfers so far: hashing makes way for them
  AttributeReader* attributes = nullptr;  // nullptr: nobody reads them
  Log log;
};

class Scanner {
 public:
  // Catalogue, clock and reader of attributes must outlive it.
  Scanner(Catalogue& catalogue, Clock& clock, ScanOptions options);
  ~Scanner();
  // Asks for a scan of a share, of all when the name is empty. Returns at once.
  void request(const std::string& share);
  // Asks for a scan of a part in which something changed; it goes first.
  void request(const Scope& scope);
  // Somebody will ask for a scan of the whole share soon: until then it counts as scanning.
  void expect(const std::string& share);
  // Takes a file out that cannot be opened, until a scan finds it readable. `error`: errno.
  void leave_out(const std::string& share, const std::string& path, int error);
  // For the scans that are asked for from now on.
  void change(std::chrono::milliseconds rescan_interval, IgnoreRules ignore);
  ShareProgress progress(const std::string& share) const;
  ScanTotals totals() const;
  // Ends within a block's hashing. Idempotent.
  void stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace swapmeet::transfer_swarm
