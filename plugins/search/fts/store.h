// The search index: what the registry's feed told, and full-text search in it. One writer (the
// pump), several readers beside it. Thread-safe; failures are Errors.
#pragma once

#include <cstddef>
#include <filesystem>
#include <mutex>
#include <string>

#include "swapmeet/search.h"
#include "swapmeet/sqlite/database.h"

namespace search_fts {

using namespace swapmeet;

class Store final : public Search, public ChangeFollower {
 public:
  // Opens or creates search.db. Throws sqlite::Failure.
  Store(const std::filesystem::path& folder, std::size_t max_results);

  Result<SearchPage> search(const SearchRequest& request) override;
  ChangeFollower* follower() noexcept override { return this; }
  Result<FeedPosition> applied() override;
  Result<void> apply(const ChangeBatch& batch) override;

 private:
  FeedPosition position(sqlite::Database& database);
  std::int64_t peer_key(const PeerId& peer);
  std::int64_t audience_key(const Audience& audience);
  std::int64_t doc_key(const Listing& listing);
  void apply_change(const Change& change);
  void drop_listing(std::int64_t peer, const std::string& path);
  void drop_doc_if_unused(std::int64_t doc);
  void clear_peer(std::int64_t peer);

  std::mutex mutex_;  // of the writer
  sqlite::Database writer_;
  sqlite::ReaderPool readers_;
  std::size_t max_results_;
};

}  // namespace search_fts
