// The search index: grouping, presence, filters, paging, following the feed.
#include "search/fts/store.h"

#include <fstream>

#include "catch.h"
#include "swapmeet/testing/temporary_folder.h"

using namespace swapmeet;

namespace {

using Folder = testing::TemporaryFolder;

PeerId peer(std::uint8_t n) { return {{n}}; }

Change put(std::uint8_t who, const std::string& path, std::uint8_t content, std::uint64_t size) {
  Change change;
  change.peer = peer(who);
  change.listing.path = path;
  change.listing.content.bytes[0] = content;
  change.listing.size = size;
  return change;
}

Change flip(std::uint8_t who, bool present, const std::string& name = {}) {
  return {0, present ? ChangeKind::present : ChangeKind::absent, peer(who), name, {}};
}

ChangeBatch sample() {
  return {"f",
          0,
          9,
          {flip(1, true, "Alice"), flip(2, true, "Bob"), put(1, "music/Café_Song.flac", 1, 5000),
           put(2, "stuff/cafe song.mp3", 1, 5000), put(2, "cafe/other.txt", 2, 10)}};
}

SearchPage ask(swapmeet::search_fts::Store& store, const std::string& query) {
  auto page = store.search({query, {}, SortOrder::relevance, {}});
  REQUIRE(page.ok());
  return *page;
}

}  // namespace

TEST_CASE("Hits are grouped by content, names before paths") {
  const Folder folder;
  swapmeet::search_fts::Store store(folder.path, 1000);
  REQUIRE(store.apply(sample()).ok());
  const auto page = ask(store, "CAFÉ");
  REQUIRE(page.total == 2);
  CHECK(page.hits[0].sources == 2);
  CHECK(page.hits[0].names.size() == 1);
  CHECK(page.hits[1].name == "other.txt");
}

TEST_CASE("Filters, phrases, prefixes and negatives") {
  const Folder folder;
  swapmeet::search_fts::Store store(folder.path, 1000);
  REQUIRE(store.apply(sample()).ok());
  for (const auto* query : {"type:audio", "ext:flac", "peer:alice", "size>1K", "path:MUSIC", "so*",
                            "\"cafe song\"", "cafe -other", "peer:bob -cafe -other type:audio"}) {
    INFO(query);
    CHECK(ask(store, query).total == (std::string(query).starts_with("peer:bob") ? 0 : 1));
  }
}

TEST_CASE("Only present peers count, and only admitted viewers see") {
  const Folder folder;
  swapmeet::search_fts::Store store(folder.path, 1000);
  REQUIRE(store.apply(sample()).ok());
  auto secret = put(1, "plans.txt", 9, 1);
  secret.listing.audience = {false, {"staff"}, {}};
  REQUIRE(store.apply({"f", 9, 10, {flip(2, false), secret}}).ok());
  CHECK(ask(store, "cafe").total == 1);
  CHECK(ask(store, "cafe").hits[0].sources == 1);
  CHECK(ask(store, "plans").total == 0);
  CHECK(store.search({"plans", {}, SortOrder::relevance, {"ann", {"staff"}, {}}})->total == 1);
}

TEST_CASE("Pages go on where the last ended; garbage is refused") {
  const Folder folder;
  swapmeet::search_fts::Store store(folder.path, 1000);
  REQUIRE(store.apply(sample()).ok());
  const auto first = store.search({"cafe", {1, ""}, SortOrder::size, {}});
  REQUIRE(first->hits.size() == 1);
  const auto second = store.search({"cafe", {1, first->next}, SortOrder::size, {}});
  CHECK(second->hits[0].name == "other.txt");
  CHECK(second->next.empty());
  CHECK(store.search({"cafe", {1, "x"}, SortOrder::size, {}}).error().code ==
        ErrorCode::invalid_argument);
  CHECK(store.search({"\"", {}, SortOrder::size, {}}).error().code == ErrorCode::invalid_argument);
}

TEST_CASE("The position is kept; other bases conflict; base 0 starts over") {
  const Folder folder;
  {
    swapmeet::search_fts::Store store(folder.path, 1000);
    REQUIRE(store.apply(sample()).ok());
  }
  swapmeet::search_fts::Store store(folder.path, 1000);
  CHECK(*store.applied() == FeedPosition{"f", 9});
  CHECK(store.apply({"f", 8, 10, {}}).error().code == ErrorCode::conflict);
  REQUIRE(store.apply({"g", 0, 1, {}}).ok());
  CHECK(ask(store, "cafe").total == 0);
}

namespace {

// A store that has been closed, its file longer than a few pages.
void leave_store(const Folder& folder) {
  swapmeet::search_fts::Store store(folder.path, 1000);
  auto batch = sample();
  for (int i = 0; i < 2000; ++i)
    batch.changes.push_back(put(1, "more/word" + std::to_string(i) + ".txt", 3, 10));
  REQUIRE(store.apply(batch).ok());
}

// Opens it, which must find the damage, begin anew, and take in the feed again.
void check_recovers(const Folder& folder) {
  int reports = 0;
  const auto store =
      swapmeet::search_fts::Store::open(folder.path, 1000, [&](const std::string& why) {
        ++reports;
        CHECK(why.find("search.db") != std::string::npos);
        CHECK(why.find("damaged") != std::string::npos);
      });
  CHECK(reports == 1);
  CHECK(*store->applied() == FeedPosition{});
  CHECK(ask(*store, "size>=0").total == 0);
  REQUIRE(store->apply(sample()).ok());
  CHECK(ask(*store, "cafe").total == 2);
}

}  // namespace

TEST_CASE("a store whose file begins with garbage begins anew") {
  const Folder folder;
  leave_store(folder);
  std::ofstream(folder.path / "search.db", std::ios::binary) << std::string(20'000, 'x');
  check_recovers(folder);
  CHECK(std::filesystem::exists(folder.path / "search.db.damaged"));
  swapmeet::search_fts::Store::open(folder.path, 1000, [](const std::string& why) { FAIL(why); });
}

TEST_CASE("a store whose file is damaged anywhere in the middle begins anew") {
  const Folder whole;
  leave_store(whole);
  const auto size = std::filesystem::file_size(whole.path / "search.db");
  REQUIRE(size > 10 * std::uintmax_t{4096});
  for (std::uintmax_t at = 4096; at + 4096 <= size; at += size / 8 / 4096 * 4096) {
    INFO("page " << at / 4096 << " of " << size / 4096);
    const Folder folder;
    std::filesystem::copy(whole.path / "search.db", folder.path / "search.db");
    std::fstream file(folder.path / "search.db", std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(at)) << std::string(4096, 'x');
    file.close();
    check_recovers(folder);
  }
}

TEST_CASE("a store whose file lost its end begins anew") {
  const Folder folder;
  leave_store(folder);
  const auto file = folder.path / "search.db";
  std::filesystem::resize_file(file, std::filesystem::file_size(file) / 8192 * 4096 + 100);
  check_recovers(folder);
}

TEST_CASE("damage that shows only in use is an error, and the next start begins anew") {
  const Folder folder;
  leave_store(folder);
  {
    swapmeet::search_fts::Store store(folder.path, 1000);
    sqlite::Database(folder.path / "search.db").execute("DELETE FROM words_data WHERE id>10");
    const auto page = store.search({"cafe", {}, SortOrder::relevance, {}});
    REQUIRE_FALSE(page.ok());
    CHECK(page.error().code == ErrorCode::corrupt);
  }
  check_recovers(folder);
}

TEST_CASE("a store whose rows speak of what is not there begins anew") {
  const Folder whole;
  leave_store(whole);
  for (const auto* damage :
       {"UPDATE listings SET doc=4000 WHERE path='cafe/other.txt'",
        "UPDATE listings SET doc=1<<40 WHERE path='cafe/other.txt'",
        "UPDATE listings SET doc=0 WHERE path='cafe/other.txt'", "DELETE FROM docs WHERE key=2",
        "UPDATE listings SET peer=77 WHERE path='cafe/other.txt'", "DELETE FROM audiences",
        "UPDATE docs SET audience=-1 WHERE key=1", "UPDATE docs SET key=4000000000 WHERE key=1",
        "UPDATE docs SET key=-1 WHERE key=1", "UPDATE peers SET key=1<<31 WHERE key=1",
        "UPDATE audiences SET key=1<<32"}) {
    INFO(damage);
    const Folder folder;
    std::filesystem::copy(whole.path / "search.db", folder.path / "search.db");
    sqlite::Database(folder.path / "search.db").execute(damage);
    check_recovers(folder);
  }
}
