// The catalogue as a feed: files, files that are there in part, and removals in one order, by
// revision. It is what a registry follows.
// Threads: thread-safe; its lock guards who wants to be woken.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "swapmeet/feed.h"
#include "swapmeet/sqlite/database.h"

namespace swapmeet::transfer_swarm {

// Its statements; a test looks at their query plans.
inline constexpr const char* kPutsAfter =
    "SELECT revision, s.name, path, f.content, size, mtime_ns, audience, a.text FROM files f"
    " CROSS JOIN shares s ON s.key=f.share LEFT JOIN attributes a ON a.content=f.content"
    " WHERE revision>? ORDER BY revision LIMIT ?";
inline constexpr const char* kPartialAfter =
    "SELECT revision, shown, content, size, since, have, audience FROM partial WHERE revision>?"
    " ORDER BY revision LIMIT ?";
inline constexpr const char* kRemovalsAfter =
    "SELECT revision, shown FROM removed WHERE revision>? ORDER BY revision LIMIT ?";

// The feed's id, made when the database is.
std::string feed_id(sqlite::Database& database);

class CatalogueFeed final : public ChangeFeed {
 public:
  // `readers` must outlive this.
  CatalogueFeed(std::string id, sqlite::ReaderPool& readers)
      : id_(std::move(id)), readers_(readers) {}

  Result<FeedState> state() override;
  Result<ChangeBatch> changes_after(Revision after, std::size_t limit) override;
  Registration on_advance(std::function<void()> wake) override;
  // There are new changes: wakes whoever follows.
  void advance();

 private:
  struct Wakes {
    std::mutex mutex;
    std::uint64_t next = 1;
    std::map<std::uint64_t, std::function<void()>> wakes;
  };
  const std::string id_;
  sqlite::ReaderPool& readers_;
  // Shared with the registrations, which may outlive this.
  std::shared_ptr<Wakes> wakes_ = std::make_shared<Wakes>();
};

}  // namespace swapmeet::transfer_swarm
