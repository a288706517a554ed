// Where the small files of a folder come down, many at a time: what was fetched is brought to the
// disk by one sync, each file gets its name, and one transaction records them all as done. A file
// is recorded only when its name is on the disk as well, which the sync of the next batch sees to.
// Fetching goes on meanwhile, and waits only while two batches are on their way.
// Threads: thread-safe. It has one of its own, which calls `record` without a lock.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include "swapmeet/time.h"
#include "transfer/swarm/folder/folder_store.h"
#include "transfer/swarm/folder/staging.h"
#include "transfer/swarm/folder/there_already.h"

namespace swapmeet::transfer_swarm {

// A proven file, in the staging folder or at its place already.
struct LandingFile {
  FileKey key;
  ContentId content;
  std::uint64_t size = 0;
  std::optional<unsigned> staged;  // its number there
};

class Landing {
 public:
  // Makes outcomes durable.
  using Record = std::function<Result<void>(std::span<const FileOutcome>)>;
  struct Setting {
    bool overwrite = false;
    std::uint64_t min_free_space = 0;
    std::size_t most_files = 1024;  // of a batch
    std::uint64_t most_bytes = 32 << 20;
    std::chrono::milliseconds longest{500};  // that a file waits for others
  };
  // `staging` and `clock` must outlive it.
  Landing(Staging& staging, Record record, Clock& clock, const Setting& setting);
  ~Landing();  // what has not landed is not done

  // Waits while the disk is slower than the sources. False: it is over, or the disk has a problem.
  bool wait_for_room();
  void add(LandingFile file);
  void add(FileOutcome outcome);  // only to be recorded
  // Until all that was added is recorded. False: there is a problem.
  bool settle();
  void fail(const Error& problem);  // of the disk, that somebody else had
  void end();                       // nobody waits any more; what is on its way is left
  std::optional<Error> problem() const;
  std::uint64_t batches() const;  // that were recorded

 private:
  using Lock = std::unique_lock<std::mutex>;
  struct Batch {
    std::vector<LandingFile> files;
    std::vector<FileOutcome> outcomes;
    std::uint64_t bytes = 0;
  };
  void work();
  bool is_due(Instant now) const;
  Result<void> land(Batch batch);
  Result<FileOutcome> name(const LandingFile& file);
  Result<void> record();

  Staging& staging_;
  const Record record_;
  Clock& clock_;
  const Setting setting_;
  ThereAlready there_already_;
  std::vector<FileOutcome> named_;  // but not recorded; for its thread only
  mutable std::mutex mutex_;        // guards all below
  std::condition_variable changed_;
  Batch next_;
  std::optional<Instant> since_;  // something waits to be recorded
  std::uint64_t added_ = 0;
  std::uint64_t recorded_ = 0;
  std::uint64_t batches_ = 0;
  unsigned settling_ = 0;  // who waits for that
  bool over_ = false;
  std::optional<Error> problem_;
  std::thread thread_;
};

}  // namespace swapmeet::transfer_swarm
