// All downloads of a queue, and the two lines in which they stand: those that may begin, in the
// order of their turns, and those that wait for a moment. One that tried in vain joins the first
// line at its end, so that all get their turn.
// Threads: for one at a time (its queue holds a lock). It reads no clock: moments are handed in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "transfer/swarm/fetch/download.h"
#include "transfer/swarm/fetch/download_order.h"

namespace swapmeet::transfer_swarm {

class DownloadLine {
 public:
  // From now on it is known, and stands in neither line.
  void add(const DownloadPointer& download);
  void remove(const DownloadPointer& download);

  // Each of these takes it out of the line in which it stood before.
  void queue(const DownloadPointer& download);  // to the end of those that may begin
  void wait(const DownloadPointer& download, Instant until);
  void leave(const DownloadPointer& download);

  DownloadPointer next() const;            // whose turn it is; nullptr: nobody's
  DownloadPointer due(Instant now) const;  // one whose waiting is over; nullptr: none
  std::optional<Instant> next_due() const;

  // nullptr: there is none, or it is being cancelled.
  DownloadPointer find(const std::string& id) const;
  std::vector<DownloadPointer> of(const ContentId& content) const;
  const std::map<std::string, DownloadPointer>& all() const { return all_; }
  // The number of the next one that is asked for.
  std::int64_t next_seq() const;

  struct Part {
    std::vector<DownloadPointer> downloads;
    bool is_last = true;
  };
  // Up to `most` of those that the filter takes, newest first: after the one with the id
  // `after`, or from the first one when that is empty. Nothing when there is no such id.
  Part newest(const std::string& after, std::size_t most, const DownloadFilter& filter = {}) const;

 private:
  std::map<std::string, DownloadPointer> all_;
  std::map<std::int64_t, DownloadPointer, std::greater<>> by_seq_;
  std::multimap<ContentId, DownloadPointer> by_content_;
  std::map<std::uint64_t, DownloadPointer> queued_;
  std::set<std::pair<Instant, DownloadPointer>> waiting_;
  std::uint64_t last_turn_ = 0;
};

}  // namespace swapmeet::transfer_swarm
