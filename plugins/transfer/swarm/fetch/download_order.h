// The downloads of a queue as a person looks at them: what runs first, then what waits, what is
// queued, in the order of its turns, what is paused, has failed and is done; and how many there are
// in each state. A page is found without a look at the others, for there may be many thousands.
// Threads: for one at a time (its queue holds a lock).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "transfer/swarm/fetch/download.h"

namespace swapmeet::transfer_swarm {

// Which of them are wanted: DownloadQuery's states and beginning of an id.
struct DownloadFilter {
  static DownloadFilter of(const DownloadQuery& query);
  bool takes(const Download& download) const;

  std::array<bool, 6> states{true, true, true, true, true, true};  // by DownloadState
  std::string id;
};

class DownloadOrder {
 public:
  // It stands where its state says, whatever it stood before; nowhere while it is cancelled.
  void put(const DownloadPointer& download);
  void remove(const DownloadPointer& download);

  struct Part {
    std::vector<DownloadPointer> downloads;
    std::string next;  // where the next one begins; empty: this was the last
  };
  // Up to `most`, after a `next` or from the first one. Whoever changes its state meanwhile may be
  // told of twice, or not at all.
  Part part(const DownloadFilter& filter, const std::string& after, std::size_t most) const;
  DownloadCounts counts() const;

 private:
  std::map<DownloadPlace, DownloadPointer> all_;
  std::array<std::uint64_t, 6> counts_{};  // by DownloadState
};

}  // namespace swapmeet::transfer_swarm
