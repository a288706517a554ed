// The index on the disk: a start goes on from it, and from nothing that is not wholly good.
#include <filesystem>
#include <fstream>
#include <iterator>

#include "catch.h"
#include "search/memory/kept_snapshot.h"
#include "swapmeet/testing/temporary_folder.h"
#include "unit/search_memory/index_fixture.h"

using namespace swapmeet;
using swapmeet::search_memory::Index;

namespace {

// Two peers, one of them absent, with files for everyone and for few, of which some are gone again.
ChangeBatch some_changes() {
  ChangeBatch batch{"feed", 0, 40, {}};
  Change change;
  change.kind = ChangeKind::present;
  for (std::uint8_t peer = 1; peer <= 2; ++peer) {
    change.peer = {{peer}};
    change.peer_name = "Peer " + std::to_string(peer);
    batch.changes.push_back(change);
  }
  change.kind = ChangeKind::put;
  for (std::uint8_t n = 0; n < 60; ++n) {
    change.peer = {{static_cast<std::uint8_t>(1 + n % 2)}};
    change.listing.path = "share/folder" + std::to_string(n % 3) + "/Song " + std::to_string(n);
    change.listing.content.bytes[0] = static_cast<std::uint8_t>(n % 40);
    change.listing.size = n;
    change.listing.audience = n % 5 == 0 ? Audience{false, {"staff"}, {"ann"}} : Audience{};
    batch.changes.push_back(change);
  }
  change.kind = ChangeKind::remove;
  change.listing.path = "share/folder1/Song 1";
  batch.changes.push_back(change);
  change.kind = ChangeKind::absent;
  change.peer = {{1}};
  batch.changes.push_back(change);
  return batch;
}

std::vector<Hit> hits_of(Index& index, const std::string& query) {
  std::vector<Hit> all;
  for (const auto& viewer : {Identity{}, Identity{"ben", {"staff"}, {}}}) {
    const auto page = index.search({query, {100, {}}, SortOrder::size, viewer}).value();
    all.insert(all.end(), page.hits.begin(), page.hits.end());
  }
  return all;
}

struct Place : search_memory::IndexFixture {
  std::unique_ptr<Index> open() { return std::make_unique<Index>(options(file)); }
  testing::TemporaryFolder folder;
  std::filesystem::path file = folder.path / "search.snapshot";
};

}  // namespace

TEST_CASE("A start goes on from the snapshot as if nothing had been") {
  Place place;
  auto index = place.open();
  REQUIRE(index->apply(some_changes()).ok());
  const bool reordered = GENERATE(false, true);
  if (reordered) index->reorder();
  const std::vector<std::string> queries{"song", "so*", "song peer:\"peer 2\"", "\"song 12\"",
                                         "folder2 size>20"};
  std::vector<std::vector<Hit>> before;
  for (const auto& query : queries) before.push_back(hits_of(*index, query));
  REQUIRE(before[0].size() > 20);
  index.reset();
  index = place.open();
  CHECK(place.reports.empty());
  CHECK(*index->applied() == FeedPosition{"feed", 40});
  CHECK((index->ranked() > 0) == reordered);
  for (std::size_t i = 0; i < queries.size(); ++i) CHECK(hits_of(*index, queries[i]) == before[i]);
  // And the feed goes on: known documents, new ones, and who comes back.
  Change back;
  back.kind = ChangeKind::present;
  back.peer = {{1}};
  Change put;
  put.peer = {{1}};
  put.listing.path = "share/new song";
  put.listing.content.bytes[0] = 99;
  Change removal;
  removal.kind = ChangeKind::remove;
  removal.peer = {{2}};
  removal.listing.path = "share/folder0/Song 3";
  REQUIRE(index->apply({"feed", 40, 50, {back, put, removal}}).ok());
  const auto after = [&](const std::string& query) { return hits_of(*index, query).size(); };
  CHECK(after("\"new song\"") == 2);
  CHECK(after("\"song 3\"") == 0);
  CHECK(after("\"song 2\"") == 2);
  index->reorder();
  CHECK(after("\"new song\"") == 2);
  CHECK(after("\"song 3\"") == 0);
  CHECK(after("\"song 2\"") == 2);
}

TEST_CASE("A snapshot that is damaged anywhere is not used, and the next one is good again") {
  Place place;
  REQUIRE(place.open()->apply(some_changes()).ok());
  std::ifstream in(place.file, std::ios::binary);
  const std::string good((std::istreambuf_iterator<char>(in)), {});
  REQUIRE(good.size() > 1000);
  const auto write = [&](const std::string& bytes) {
    std::ofstream(place.file, std::ios::binary | std::ios::trunc) << bytes;
  };
  const auto refuses = [&](const std::string& bytes) {
    write(bytes);
    place.reports.clear();
    const auto index = place.open();
    return *index->applied() == FeedPosition{} && place.reports.size() == 1 &&
           hits_of(*index, "song").empty();
  };
  for (std::size_t at = 0; at < good.size(); at += 97) {
    INFO("a bit at " << at);
    auto bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x10);
    CHECK(refuses(bad));
  }
  for (const auto size : {std::size_t{0}, std::size_t{7}, good.size() / 2, good.size() - 1}) {
    INFO("cut at " << size);
    CHECK(refuses(good.substr(0, size)));
  }
  CHECK(refuses(good + "x"));
  // From nothing it follows the feed, and writes a good one.
  REQUIRE(place.open()->apply(some_changes()).ok());
  CHECK(*place.open()->applied() == FeedPosition{"feed", 40});
}

TEST_CASE("A backup is a snapshot of its moment, and one that is of no use is only worth a note") {
  Place place;
  const auto copy = place.folder.path / "copy";
  std::filesystem::create_directory(copy);
  {
    const auto index = place.open();
    swapmeet::search_memory::KeptSnapshot kept(place.file);
    CHECK(kept.verify()->notes.at(0).find("there is none") != std::string::npos);
    CHECK_FALSE(kept.back_up(copy).ok());
    REQUIRE(index->apply(some_changes()).ok());
    kept.set_index(index.get());
    REQUIRE(kept.back_up(copy).ok());
    CHECK_FALSE(std::filesystem::exists(place.file));
  }
  CHECK(std::filesystem::exists(place.file));  // a backup does not stand for it
  swapmeet::search_memory::KeptSnapshot copied(copy / "search.snapshot");
  CHECK(copied.verify()->follows == FeedPosition{"feed", 40});
  std::ofstream(copy / "search.snapshot", std::ios::app) << "x";
  const auto report = copied.verify();
  CHECK(report->problems.empty());
  CHECK_FALSE(report->follows);
  CHECK(report->notes.at(0).find("of no use: its checksum is wrong") != std::string::npos);
}

TEST_CASE("Without a place to write to the index works, and says so") {
  Place place;
  place.file = place.folder.path / "missing" / "search.snapshot";
  {
    const auto index = place.open();
    REQUIRE(index->apply(some_changes()).ok());
    CHECK_FALSE(hits_of(*index, "song").empty());
  }
  REQUIRE(place.reports.size() == 1);
  CHECK(place.reports[0].find("search.snapshot") != std::string::npos);
}
