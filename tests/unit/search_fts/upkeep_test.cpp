#include "search/fts/upkeep.h"

#include <algorithm>

#include "catch.h"
#include "search/fts/store.h"
#include "swapmeet/testing/temporary_folder.h"

using namespace swapmeet;

namespace {

void leave_store(const std::filesystem::path& folder) {
  search_fts::Store store(folder, 1000);
  Change present;
  present.kind = ChangeKind::present;
  present.peer = {{1}};
  Change put;
  put.peer = {{1}};
  put.listing.path = "m/song";
  put.listing.audience = {false, {"staff"}, {}};
  REQUIRE(store.apply({"f", 0, 7, {present, put}}).ok());
}

}  // namespace

TEST_CASE("A search index that is well says how far it has followed the registry") {
  const testing::TemporaryFolder folder;
  leave_store(folder.path);
  const auto report = search_fts::stores_in(folder.path).verify().value();
  CHECK(report.problems.empty());
  CHECK(report.follows == FeedPosition{"f", 7});
  CHECK(std::count(report.notes.begin(), report.notes.end(),
                   "search.db: 1 docs, has followed the registry to revision 7") == 1);
}

TEST_CASE("Rows that contradict each other are problems") {
  for (const auto* damage :
       {"INSERT INTO meta VALUES('', 0, '')", "DELETE FROM peers", "DELETE FROM audiences",
        "UPDATE docs SET uses=2", "UPDATE listings SET doc=9"}) {
    CAPTURE(damage);
    const testing::TemporaryFolder folder;
    leave_store(folder.path);
    sqlite::Database(folder.path / "search.db").execute(damage);
    CHECK_FALSE(search_fts::stores_in(folder.path).verify()->problems.empty());
  }
}
