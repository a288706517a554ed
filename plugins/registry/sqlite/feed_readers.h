// Who reads the registry's feed, and how far they are: what decides which removals may be
// forgotten. A follower says where it stands and nothing else, so a reader is known by where it was
// left off. Kept in memory: after a restart a first sync that had not ended starts over.
// Thread-safe.
#pragma once

#include <mutex>
#include <vector>

#include "swapmeet/feed.h"

namespace swapmeet::registry_sqlite {

class FeedReaders {
 public:
  // A reader asks for what comes after `after`. False: removals that it would need are forgotten
  // (it must start over). A first sync began when the feed stood at some revision, and needs no
  // removal up to there, however far back it still reads.
  bool may_read(Revision after, Revision oldest, Revision latest);
  // What it asked for reached to `upto`.
  void has_read(Revision after, Revision upto);

  // Removals up to here are needed by nobody who has read lately (since the two last calls of
  // this); `latest` when nobody has.
  Revision forgettable(Revision latest);

 private:
  struct Reader {
    Revision asked = 0;
    Revision reached = 0;
    Revision floor = 0;  // it needs the removals after this one
    int idle = 0;        // calls of forgettable() since it last read
  };
  Reader* find(Revision after);

  static constexpr std::size_t kMost = 16;
  std::mutex mutex_;
  std::vector<Reader> readers_;  // the one that read last is at the end
};

}  // namespace swapmeet::registry_sqlite
