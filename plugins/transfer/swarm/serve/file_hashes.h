// SHA-256 of files and of their pieces, and SHA-1 of the pieces, for programs that know nothing of
// Merkle trees. They are made when somebody asks, by one thread of low priority, and kept in
// memory.
// Threads: thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "swapmeet/id.h"
#include "swapmeet/result.h"
#include "swapmeet/time.h"
#include "swapmeet/wire/content_hashes.h"
#include "transfer/swarm/catalogue/catalogue.h"

namespace swapmeet::transfer_swarm {

class FileHashes {
 public:
  using Hashes = std::shared_ptr<const wire::ContentHashes>;

  // The clock must outlive it.
  explicit FileHashes(Clock& clock) : clock_(clock) {}
  ~FileHashes() { stop(); }
  FileHashes(const FileHashes&) = delete;
  FileHashes& operator=(const FileHashes&) = delete;

  // Those that are known; nullptr: none yet.
  Hashes find(const ContentId& content);
  // Has them made from the file that is there, and waits for it a little. `unavailable`: not ready
  // yet, `retry_after` says when to ask again. `conflict`: the file is not the one that was
  // stamped. `corrupt`: it is, but its bytes are not those of the content.
  Result<Hashes> make(const ContentId& content, const ContentPlace& place,
                      std::chrono::milliseconds patience);
  // Ends the thread; idempotent. make() is `unavailable` from then on.
  void stop();

 private:
  struct Task {
    ContentId content;
    ContentPlace place;
  };
  struct Kept {
    Hashes hashes;
    std::list<ContentId>::iterator used;
  };

  void run();
  Result<Hashes> hash(const Task& task);
  void keep(const Hashes& hashes);
  std::chrono::seconds time_left() const;

  Clock& clock_;
  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  std::thread thread_;  // from the first task on
  bool stopping_ = false;
  std::deque<Task> tasks_;             // the first is being hashed
  std::uint64_t hashed_ = 0;           // bytes of the first
  std::map<ContentId, Error> failed_;  // until somebody who waits has heard
  std::map<ContentId, Kept> kept_;
  std::list<ContentId> used_;  // the latest first
  std::size_t pieces_ = 0;     // in all that is kept
};

}  // namespace swapmeet::transfer_swarm
