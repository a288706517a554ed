// Which listings have a content. An index of SQLite's own would rewrite a page for nearly every new
// listing, since content ids are random; so entries are first kept in memory and go into their
// table in large portions sorted by content, a slice with each later transaction. What memory held
// is read from the listings at the start: meta 'contents_upto' says after which revision. Threads:
// recent() by anybody; the rest by the store's writer, under its lock.
#pragma once

#include <compare>
#include <cstdint>
#include <shared_mutex>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "swapmeet/feed.h"
#include "swapmeet/sqlite/database.h"

namespace swapmeet::registry_sqlite {

// The beginning of a content id (its first 8 bytes), and the revision of a listing that has it.
struct ContentEntry {
  std::uint64_t prefix = 0;
  Revision revision = 0;
  ContentEntry() = default;
  ContentEntry(const ContentId& content, Revision listing);
  auto operator<=>(const ContentEntry&) const = default;
};

class ContentIndex {
 public:
  // What one transaction changes.
  struct Edit {
    std::vector<ContentEntry> added;
    std::vector<ContentEntry> gone;
    std::size_t merged = 0;  // of sealed_
  };

  // `seed`: random, so that nobody can choose where a content falls. `least_portion`: as many
  // entries as wait in memory before they are written, at least.
  ContentIndex(sqlite::Database& writer, std::uint64_t seed, std::size_t least_portion);

  // Before the transaction commits, and after it has.
  void write(Edit& edit);
  void committed(const Edit& edit);

  // Revisions of listings that may have the content and may not be in the table yet. To be asked
  // before a snapshot of the table is taken: what has left memory by then is in the table.
  std::vector<Revision> recent(const ContentId& content, std::size_t most) const;

 private:
  // Peers choose content ids, so where one falls must not be theirs to choose.
  struct SaltedHash {
    std::uint64_t salt;
    std::size_t operator()(std::uint64_t prefix) const {
      const auto mixed = (prefix ^ salt) * 0x9E3779B97F4A7C15U;
      return static_cast<std::size_t>(mixed ^ mixed >> 32);
    }
  };
  using Open = std::unordered_multimap<std::uint64_t, Revision, SaltedHash>;

  void seal_if_due();
  void merge_slice(Edit& edit);
  void remove_gone(Edit& edit);

  sqlite::Database& writer_;
  const std::size_t least_portion_;
  std::size_t listings_ = 0;           // that there are, about
  Revision written_ = 0;               // all listings up to here are in the table,
  Revision maybe_written_ = 0;         // and up to here they may be
  std::unordered_set<Revision> gone_;  // of listings that memory still has
  mutable std::shared_mutex mutex_;
  Open open_;
  std::vector<ContentEntry> sealed_;  // sorted, on their way into the table
  std::size_t merged_ = 0;            // of sealed_
};

}  // namespace swapmeet::registry_sqlite
