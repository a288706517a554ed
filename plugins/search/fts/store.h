// The search index: what the registry's feed told, and full-text search in it. The database has the
// words (FTS5), the paths, and how far the feed has been followed; the table of docs that ranking
// reads stands in memory and is loaded at the start. One writer (the pump), several readers beside
// it, which wait for it only while a batch that is ready is put in place. Failures are Errors.
// Threads: thread-safe.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <vector>

#include "search/fts/doc_table.h"
#include "swapmeet/search.h"
#include "swapmeet/sqlite/database.h"

namespace swapmeet::search_fts {

class Store final : public Search, public ChangeFollower {
 public:
  // Opens or creates search.db. Throws sqlite::Failure.
  Store(const std::filesystem::path& folder, std::size_t max_results);
  // The same; but one that is damaged is set aside as search.db.damaged, and an empty one begun, to
  // be filled from the registry's feed. `report` is told why.
  static std::unique_ptr<Store> open(const std::filesystem::path& folder, std::size_t max_results,
                                     const std::function<void(const std::string&)>& report);

  Result<SearchPage> search(const SearchRequest& request) override;
  ChangeFollower* follower() override { return this; }
  Result<FeedPosition> applied() override;
  Result<void> apply(const ChangeBatch& batch) override;

 private:
  // Runs `work`. Damage that it comes upon is remembered for the next start.
  template <class Work>
  auto attempt(Work&& work) -> decltype(work());
  // Both lock the table; taking turns, so that many readers never keep the writer out.
  std::shared_lock<std::shared_mutex> read_table();
  std::unique_lock<std::shared_mutex> write_table();

  const std::filesystem::path folder_;
  const std::size_t max_results_;
  std::mutex turn_;
  std::shared_mutex table_mutex_;
  DocTable table_;
  std::mutex mutex_;  // of the writer
  sqlite::Database writer_;
  std::vector<DocKey> free_keys_;  // the writer's: keys below end() without a doc, descending
  sqlite::ReaderPool readers_;
};

}  // namespace swapmeet::search_fts
