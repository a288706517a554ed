// What is shown of the scans while they run: for each share how much waits to be hashed and what is
// the matter with it, and the totals since the start. The scanner's thread writes it, whoever asks
// for a share's state reads it.
// Threads: thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace swapmeet::transfer_swarm {

struct ShareProgress {
  bool scanning = false;  // or about to
  std::uint64_t waiting_files = 0;
  std::uint64_t waiting_bytes = 0;
  std::string problem;
};

// Since the start.
struct ScanTotals {
  std::uint64_t walked_files = 0;
  std::uint64_t hashed_files = 0;
  std::uint64_t hashed_bytes = 0;
};

class ScanProgress {
 public:
  // A scan that may have files to be hashed begins, and ends.
  void begin(const std::string& share);
  void end(const std::string& share);
  // Files that wait to be hashed: more, and fewer.
  void add(const std::string& share, std::uint64_t files, std::uint64_t bytes);
  void take(const std::string& share, std::uint64_t files, std::uint64_t bytes);
  // Fewer, for they are in the catalogue.
  void committed(const std::string& share, std::uint64_t files, std::uint64_t bytes);
  void walked(std::uint64_t files);
  void set_problem(const std::string& share, const std::string& problem);
  void forget(const std::string& share);
  // Nothing runs any more; problems and totals stay.
  void start_over();

  ShareProgress of(const std::string& share) const;
  ScanTotals totals() const;

 private:
  struct Share {
    std::uint64_t scans = 0;
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;
    std::string problem;
    void take(std::uint64_t less_files, std::uint64_t less_bytes);
  };
  mutable std::mutex mutex_;  // guards all below
  std::map<std::string, Share> shares_;
  ScanTotals totals_;
};

}  // namespace swapmeet::transfer_swarm
