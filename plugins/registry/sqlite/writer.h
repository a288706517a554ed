// The one connection that writes to the registry's database, its lock, and the index of contents
// that goes with it; and Writing, one transaction of it, which gives out revisions and writes the
// last one back when it commits.
// Threads: a Writing holds the lock from its making to its end, so there is one at a time;
// recent() is anyone's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <vector>

#include "registry/sqlite/content_index.h"
#include "swapmeet/feed.h"
#include "swapmeet/sqlite/database.h"

namespace swapmeet::registry_sqlite {

struct WriterOptions {
  std::size_t most_pages = 0;                   // sqlite::OpenOptions
  std::size_t least_content_portion = 100'000;  // ContentIndex
  int log_pages = 4'000;                        // of 4 KiB; a longer log goes into the file
  // Hand in one at random: where contents fall in memory must not be foreseeable (ContentIndex).
  std::uint64_t seed = 0;
};

class Writer {
 public:
  // Makes the database if there is none, and brings an older one up to date.
  Writer(const std::filesystem::path& file, const WriterOptions& options);

  // ContentIndex::recent
  std::vector<Revision> recent(const ContentId& content, std::size_t most) const {
    return contents_.recent(content, most);
  }
  // The id of the feed that this database is.
  const std::string& feed() const { return feed_; }

 private:
  friend class Writing;
  // Whoever waits has a turn before who comes back at once, as who forgets a million listings does.
  std::unique_lock<std::mutex> lock_in_turn() {
    const std::lock_guard turn(turn_mutex_);
    return std::unique_lock(mutex_);
  }

  const WriterOptions options_;
  std::mutex turn_mutex_;  // held by the next one while it waits; before mutex_
  std::mutex mutex_;
  sqlite::Database database_;
  ContentIndex contents_;
  std::string feed_;
};

class Writing {
 public:
  explicit Writing(Writer& writer)
      : writer_(writer),
        lock_(writer.lock_in_turn()),
        transaction_(writer.database_),
        latest_(static_cast<Revision>(
            writer.database_.integer("SELECT value FROM meta WHERE name='latest'"))) {}

  sqlite::Database& database() { return writer_.database_; }
  Revision next_revision() { return ++latest_; }
  Revision latest() const { return latest_; }
  ContentIndex::Edit& contents() { return contents_; }

  void commit() {
    writer_.contents_.write(contents_);
    database().keep("UPDATE meta SET value=? WHERE name='latest'")->with(latest_).run();
    transaction_.commit();
    writer_.contents_.committed(contents_);
    database().checkpoint(writer_.options_.log_pages);
  }

 private:
  Writer& writer_;
  const std::unique_lock<std::mutex> lock_;
  sqlite::Transaction transaction_;
  Revision latest_;
  ContentIndex::Edit contents_;
};

}  // namespace swapmeet::registry_sqlite
