// Files that answers were opened for lately, so that the next range of the same content needs
// neither the catalogue nor open(2), and is answered on the listener's own thread. One that is
// found here is the file that was hashed: the catalogue has not been written to since, and the path
// still leads to the same file with nothing changed about it. Nothing is kept for long, so that a
// disk can be unplugged and a removed file frees its space. Threads: thread-safe; find() waits for
// no disk but the one lookup of a name that is in use.
#pragma once

#include <sys/stat.h>

#include <chrono>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "swapmeet/host.h"
#include "swapmeet/http.h"
#include "transfer/swarm/catalogue/catalogue.h"
#include "transfer/swarm/pieces/growing_files.h"
#include "transfer/swarm/serve/checked_tickets.h"

namespace swapmeet::transfer_swarm {

struct Opened {
  ContentId content;
  ContentPlace place;
  std::shared_ptr<const http::OpenFile> file;
  std::shared_ptr<const GrowingFile> growing = nullptr;  // it is not whole yet, and in no share
};

class OpenContents {
 public:
  using Found = std::shared_ptr<const Opened>;

  // Both must outlive it.
  OpenContents(Catalogue& catalogue, Clock& clock) : catalogue_(catalogue), clock_(clock) {}
  // nullptr: not here, or `who` may not have it, or something has changed.
  Found find(const ContentId& content, const Reader& who);
  // `info` is of the open file; `commits` those of the catalogue before it was asked for the place.
  void keep(const Opened& opened, const struct stat& info, std::uint64_t commits);
  // Closes what nobody has asked for or was sent in the last seconds; to be called every second or
  // so.
  void close_idle();

 private:
  struct Kept {
    Found found;
    struct stat info;
    std::uint64_t commits;
    Instant used;
    std::list<ContentId>::iterator place;
  };
  using Entries = std::map<ContentId, Kept>;

  std::optional<Kept> look_up(const ContentId& content, const Reader& who);
  Entries::iterator forget(Entries::iterator at);

  Catalogue& catalogue_;
  Clock& clock_;
  std::mutex mutex_;  // guards all below
  Entries kept_;
  std::list<ContentId> order_;  // the one that was used last comes first
};

}  // namespace swapmeet::transfer_swarm
