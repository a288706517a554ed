// Contents that are there in part.
#include "transfer/swarm/catalogue/partial_rows.h"

#include "catch.h"
#include "transfer/swarm/catalogue/catalogue.h"
#include "unit/swarm/catalogue/many_files.h"
#include "unit/swarm/catalogue/memory_folder.h"
#include "unit/swarm/catalogue/still_clock.h"

namespace swapmeet::transfer_swarm {
namespace {

PartialListing half_a_film() {
  PartialListing listing;
  listing.path = ".downloading/x/film.mkv";
  listing.content.bytes[0] = 1;
  listing.size = 100;
  listing.have = 50;
  return listing;
}

TEST_CASE("a partial content is a listing with the time it began, until it is dropped") {
  const MemoryFolder folder;
  testing::ManualClock clock;
  Catalogue catalogue(folder.path / "catalogue.sqlite", clock);
  catalogue.put_partial("d1", half_a_film());
  auto batch = catalogue.changes_after(0, 10);
  REQUIRE(batch->changes.size() == 1);
  const auto& listing = batch->changes[0].listing;
  CHECK(listing.path == ".downloading/x/film.mkv");
  CHECK(listing.size == 100);
  CHECK(listing.have == 50);
  CHECK(listing.modified == clock.now());
  catalogue.drop_partial("d2");
  CHECK(catalogue.state()->latest == batch->upto);
  catalogue.drop_partial("d1");
  batch = catalogue.changes_after(batch->upto, 10);
  REQUIRE(batch->changes.size() == 1);
  CHECK(batch->changes[0].kind == ChangeKind::remove);
}

TEST_CASE("what is there of a private content is told to those only who may have it") {
  const MemoryFolder folder;
  Catalogue catalogue(folder.path / "catalogue.sqlite", still_clock());
  auto listing = half_a_film();
  catalogue.put_partial("d1", listing);
  listing.audience = {false, {"friends"}, {"bob"}};
  catalogue.put_partial("d1", listing);
  const auto batch = catalogue.changes_after(0, 10);
  REQUIRE(batch->changes.size() == 1);
  CHECK(batch->changes[0].listing.audience == listing.audience);
}

TEST_CASE("what an earlier run had in part is dropped at once") {
  const MemoryFolder folder;
  Catalogue catalogue(folder.path / "catalogue.sqlite", still_clock());
  catalogue.drop_all_partial();
  CHECK(catalogue.commits() == 0);
  auto other = half_a_film();
  other.path = ".downloading/y/film.mkv";
  catalogue.put_partial("d1", half_a_film());
  catalogue.put_partial("d2", other);
  catalogue.drop_all_partial();
  const auto batch = catalogue.changes_after(0, 10);
  REQUIRE(batch->changes.size() == 2);
  for (const auto& change : batch->changes) CHECK(change.kind == ChangeKind::remove);
}

TEST_CASE("dropping tells the paths that there were") {
  const MemoryFolder folder;
  { Catalogue(folder.path / "catalogue.sqlite", still_clock()).put_partial("d", half_a_film()); }
  sqlite::Database database(folder.path / "catalogue.sqlite");
  PartialRows rows(database);
  CHECK(rows.any());
  CHECK(rows.drop("other").empty());
  CHECK(rows.drop("d") == std::vector<std::string>{".downloading/x/film.mkv"});
  CHECK_FALSE(rows.any());
  CHECK(rows.drop_all().empty());
}

}  // namespace
}  // namespace swapmeet::transfer_swarm
