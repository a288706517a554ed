// The small files of a folder that are still to be fetched, handed out one after the other to those
// who fetch: a page of the record is in memory, never all. Files that are there already, that
// cannot be put there or that are empty need no source; they go straight to the landing.
// Threads: thread-safe.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "transfer/swarm/folder/folder_record.h"
#include "transfer/swarm/folder/landing.h"

namespace swapmeet::transfer_swarm {

class SmallFiles {
 public:
  struct Setting {
    std::string id;  // of the folder's download
    bool overwrite = false;
    bool listed = false;  // all that is in the folder is in the record
  };
  // All must outlive it. `stopping`: it hands out nothing more.
  SmallFiles(FolderRecord& record, Staging& staging, Landing& landing, ThereAlready there_already,
             Setting setting);

  // A number for the staging folder.
  unsigned next_number();
  struct Next {
    std::optional<StoredFile> file;  // to be fetched
    bool look_again = false;         // one needed no source; there may be more
  };
  Result<Next> next();
  bool is_over();  // there is none any more, and what was handed out is recorded
  std::uint64_t news();
  // Until there is other news than that, or it is over. False: end() came first.
  bool wait(std::uint64_t heard);

  void listed_more(bool all);        // there is more in the record, or now all
  void recorded(std::size_t files);  // so many that had been handed out
  void end();

 private:
  Result<void> turn_page();
  // False: it has to be fetched.
  Result<bool> needs_no_source(const StoredFile& file);

  FolderRecord& record_;
  Staging& staging_;
  Landing& landing_;
  ThereAlready there_already_;
  const Setting setting_;
  std::mutex mutex_;  // guards all below, and there_already_
  std::condition_variable changed_;
  std::deque<StoredFile> page_;
  std::optional<FileKey> after_;  // the last one that was read
  bool listed_;
  bool over_ = false;
  bool ended_ = false;
  std::size_t out_ = 0;  // handed out, or gone to the landing, and not recorded
  std::uint64_t news_ = 0;
  unsigned last_number_ = 0;
};

}  // namespace swapmeet::transfer_swarm
