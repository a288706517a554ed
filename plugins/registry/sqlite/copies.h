// The listings that have a content, from the table of the content index and from its memory.
// Threads: any; on a reader of its own.
#pragma once

#include <cstdint>
#include <vector>

#include "registry/sqlite/writer.h"
#include "swapmeet/registry.h"
#include "swapmeet/sqlite/database.h"

namespace swapmeet::registry_sqlite {

// A listing of a content, and the peer that has it as a source.
struct StoredCopy {
  Listing listing;
  Source source;
  bool present = false;
  bool dialable = false;
  std::int64_t peer_key = 0;
  Revision revision = 0;
};

// Those of present peers first, and those of one peer together.
std::vector<StoredCopy> copies_of(const ContentId& content, const Writer& writer,
                                  sqlite::ReaderPool& readers);

}  // namespace swapmeet::registry_sqlite
