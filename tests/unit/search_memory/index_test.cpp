// The index in memory: grouping, presence, filters, paging, following the feed, ranking anew.
#include "search/memory/index.h"

#include "catch.h"

using namespace swapmeet;

namespace {

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

SearchPage ask(search_memory::Index& store, const std::string& query) {
  auto page = store.search({query, {}, SortOrder::relevance, {}});
  REQUIRE(page.ok());
  return *page;
}

}  // namespace

TEST_CASE("Hits are grouped by content, names before paths") {
  search_memory::Index store(1000);
  REQUIRE(store.apply(sample()).ok());
  const auto page = ask(store, "CAFÉ");
  REQUIRE(page.total == 2);
  CHECK(page.hits[0].sources == 2);
  CHECK(page.hits[0].names.size() == 1);
  CHECK(page.hits[1].name == "other.txt");
}

TEST_CASE("Filters, phrases, prefixes and negatives") {
  search_memory::Index store(1000);
  REQUIRE(store.apply(sample()).ok());
  for (const auto* query : {"type:audio", "ext:flac", "peer:alice", "size>1K", "path:MUSIC", "so*",
                            "\"cafe song\"", "cafe -other", "peer:bob -cafe -other type:audio"}) {
    INFO(query);
    CHECK(ask(store, query).total == (std::string(query).starts_with("peer:bob") ? 0 : 1));
  }
}

TEST_CASE("Only present peers count, and only admitted viewers see") {
  search_memory::Index store(1000);
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
  search_memory::Index store(1000);
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

TEST_CASE("Another base conflicts, base 0 starts over, and a new index follows nothing") {
  search_memory::Index store(1000);
  CHECK(*store.applied() == FeedPosition{});
  REQUIRE(store.apply(sample()).ok());
  CHECK(*store.applied() == FeedPosition{"f", 9});
  CHECK(store.apply({"f", 8, 10, {}}).error().code == ErrorCode::conflict);
  REQUIRE(store.apply({"g", 0, 1, {}}).ok());
  CHECK(ask(store, "cafe").total == 0);
}

TEST_CASE("Names in any form of Unicode are found") {
  search_memory::Index store(1000);
  REQUIRE(store
              .apply({"f",
                      0,
                      5,
                      {flip(1, true, "Ann"), put(1, "a/Cafe\u0301.txt", 1, 1),
                       put(1, "a/\u0391\u03b8\u03ae\u03bd\u03b1.txt", 2, 1),
                       put(1, "a/Stra\u00dfe.txt", 3, 1)}})
              .ok());
  CHECK(ask(store, "caf\u00e9").total == 1);
  CHECK(ask(store, "\u0391\u0398\u0397\u039d\u0391").total == 1);
  CHECK(ask(store, "STRASSE").total == 1);
}
