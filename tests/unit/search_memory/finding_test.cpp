// What a page of hits says beside the hits. Which they are, and in which order, is compared with a
// scan in naive_test.cpp.
#include "search/memory/finding.h"

#include "catch.h"
#include "unit/search_memory/library.h"

using namespace swapmeet;
using namespace swapmeet::search_memory;

TEST_CASE("The first page counts types and sizes of all hits") {
  Library library({"m/song.mp3", "m/song.flac", "m/song.txt"});
  const auto page = library.index.search({"song", {1, {}}, SortOrder::relevance, {}}).value();
  REQUIRE(page.facets);
  CHECK(page.facets->types.at(static_cast<std::size_t>(MediaType::audio)) == 2);
  CHECK(page.facets->types.at(static_cast<std::size_t>(MediaType::document)) == 1);
  CHECK(page.facets->sizes.at(Facets::size_class(5'000'000)) == 3);
  CHECK(Facets::size_class(999'999) == 0);
  CHECK(Facets::size_class(1'000'000) == 1);
  CHECK(Facets::size_class(~std::uint64_t{0}) == 4);
  const auto next = library.index.search({"song", {1, page.next}, SortOrder::relevance, {}});
  CHECK_FALSE(next->facets);
  CHECK(next->hits.size() == 1);
}

TEST_CASE("Of many that match, the best are told, and that there are more") {
  std::vector<std::string> paths;
  for (int i = 0; i < 30; ++i) paths.push_back("m/song " + std::to_string(i));
  IndexFixture fixture;
  auto options = fixture.options();
  options.max_results = 10;
  Index index(std::move(options));
  Change change;
  change.kind = ChangeKind::present;
  change.peer = {{1}};
  ChangeBatch batch{"f", 0, 1, {change}};
  change.kind = ChangeKind::put;
  for (const auto& path : paths) {
    change.listing.path = path;
    ++change.listing.content.bytes[0];
    batch.changes.push_back(change);
  }
  REQUIRE(index.apply(batch).ok());
  const auto page = index.search({"song", {50, {}}, SortOrder::relevance, {}}).value();
  CHECK(page.total == 10);
  CHECK(page.has_more);
  CHECK(page.next.empty());
  CHECK_FALSE(index.search({"\"song 7\"", {}, SortOrder::relevance, {}})->has_more);
}
