// One connection to the peer of a folder, over which its small files come: many requests are on
// their way at once, each answer is read, proven against its content id and written into the
// staging folder. What the peer does not give as it should is left to be fetched alone.
// Threads: run() blocks its thread; all other methods are thread-safe.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "transfer/swarm/fetch/running_download.h"
#include "transfer/swarm/fetch/source_connection.h"
#include "transfer/swarm/folder/small_files.h"
#include "transfer/swarm/hashing/merkle.h"
#include "transfer/swarm/pace/pacer.h"

namespace swapmeet::transfer_swarm {

class SmallLane {
 public:
  struct Setting {
    Source peer;  // its url is "http://host:port"
    PeerId self;  // by which the peer knows this host
    std::chrono::milliseconds stall_after{10'000};
    Pacer* pacer = nullptr;                           // may be null
    std::function<void(std::uint64_t bytes)> proven;  // a file of so many bytes is
    // What the registry says of a content that the peer did not give.
    std::function<Result<ContentRecord>(const ContentId& content)> record_of;
    // By which the peer knows this host's account, another than `old` if there is one by now;
    // empty: there is none. May be nothing.
    std::function<std::string(const std::string& old)> ticket;
  };
  SmallLane(SmallFiles& files, Staging& staging, Landing& landing, Clock& clock, Setting setting);

  // Until there is nothing more to fetch, the peer cannot go on, or it is interrupted. An end:
  // why the small files have to wait; then it may run again.
  std::optional<TransferEnd> run();
  void interrupt();

 private:
  struct Asked {
    FolderEntry file;
    std::string ticket{};  // that it was asked for with
    bool was_cut = false;  // the connection was lost in its answer
  };
  // Asks for as many as may be on their way. False: nothing more can be put on the disk.
  bool fill();
  void ask(const Asked& asked);
  void ask_again();
  // The next answer. Errors are the peer's.
  Result<void> take();
  Result<void> read(char* to, std::size_t size);
  std::size_t wait_for_turn(std::size_t wanted);
  void keep(const FolderEntry& file);
  // The peer does not give this one. It is asked for with a ticket, left to others who have it, or
  // has failed.
  void lied(const Asked& asked);
  void refused(const Asked& asked, const Error& error);
  void leave(const FolderEntry& file, const std::string& why, FileState state);
  // Asks again for what was asked. An end: it is of no use.
  std::optional<TransferEnd> lost(const Error& error);

  SmallFiles& files_;
  Staging& staging_;
  Landing& landing_;
  Clock& clock_;
  const Setting setting_;
  SourceConnection connection_;
  Pacer::Reader pace_;
  std::deque<Asked> asked_;
  std::uint64_t asked_bytes_ = 0;
  std::string ticket_;      // once the peer has refused a file without one
  bool in_answer_ = false;  // that of the first one in asked_ has begun
  bool came_on_ = true;     // since the connection was lost last
  std::vector<char> buffer_;
  MerkleBuilder hashes_;
  std::mutex mutex_;  // for waiting only
  std::condition_variable changed_;
  std::atomic<bool> interrupted_{false};
};

}  // namespace swapmeet::transfer_swarm
