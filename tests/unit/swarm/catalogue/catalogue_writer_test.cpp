// What a transaction leaves in the feed.
#include "transfer/swarm/catalogue/catalogue_writer.h"

#include "catch.h"
#include "transfer/swarm/catalogue/catalogue.h"
#include "transfer/swarm/catalogue/catalogue_sql.h"
#include "unit/swarm/catalogue/many_files.h"
#include "unit/swarm/catalogue/memory_folder.h"
#include "unit/swarm/catalogue/still_clock.h"

namespace swapmeet::transfer_swarm {
namespace {

TEST_CASE("removals are forgotten once they are many and outnumber the files") {
  const MemoryFolder folder;
  Catalogue catalogue(folder.path / "catalogue.sqlite", still_clock());
  catalogue.put_share({"s", "/nowhere", {}}, false);
  const auto key = catalogue.share("s")->key;
  constexpr int kMany = 100'001;
  catalogue.commit(key, many(0, kMany));
  const auto before = catalogue.state()->latest;
  catalogue.remove(key, paths_of(many(0, kMany - 1)));
  CHECK(catalogue.state()->oldest == 0);
  catalogue.remove(key, paths_of(many(kMany - 1, kMany)));
  const auto state = *catalogue.state();
  CHECK(state.oldest > before);
  CHECK(catalogue.changes_after(before, 10).error().code == ErrorCode::conflict);
  CHECK(catalogue.changes_after(0, 10));
  CHECK(catalogue.changes_after(state.oldest, 10)->changes.size() == 10);
}

TEST_CASE("what is not committed is undone, its revisions too") {
  const MemoryFolder folder;
  sqlite::Database database(folder.path / "catalogue.sqlite");
  sqlite::migrate(database, kCatalogueMigrations);
  const auto latest = [&] {
    return database.integer("SELECT value FROM meta WHERE name='latest'");
  };
  {
    CatalogueWriter writer(database, still_clock().now());
    writer.shares().put({"s", "/nowhere", {}}, false);
    CHECK_FALSE(writer.commit());  // nothing for followers
  }
  const StoredFile file{"a", {1, 1, 1}, 0, 0};
  {
    CatalogueWriter writer(database, still_clock().now());
    writer.put(1, "s/", file, {});
  }
  CHECK(database.integer("SELECT count(*) FROM files") == 0);
  CHECK(latest() == 0);
  CatalogueWriter writer(database, still_clock().now());
  writer.put(1, "s/", file, {});
  CHECK(writer.commit());
  CHECK(latest() == 1);
}

}  // namespace
}  // namespace swapmeet::transfer_swarm
