// Shares as rows.
#include "transfer/swarm/catalogue/share_rows.h"

#include "catch.h"
#include "transfer/swarm/catalogue/catalogue_sql.h"
#include "unit/swarm/catalogue/memory_folder.h"

namespace swapmeet::transfer_swarm {
namespace {

struct WithRows {
  WithRows() { sqlite::migrate(database, kCatalogueMigrations); }
  MemoryFolder folder;
  sqlite::Database database{folder.path / "catalogue.sqlite"};
  ShareRows rows{database};
};

TEST_CASE("a share is found by its name, and replaced by it") {
  WithRows with;
  CHECK_FALSE(with.rows.find("s"));
  with.rows.put({"s", "/raw \xff", {false, {"friends"}, {"bob"}}}, true);
  const auto first = with.rows.find("s");
  REQUIRE(first);
  CHECK(first->spec.folder == "/raw \xff");
  CHECK(first->spec.audience == Audience{false, {"friends"}, {"bob"}});
  CHECK(first->configured);
  CHECK(with.rows.prefix_of(first->key) == "s/");
  with.rows.put({"s", "/other", {}}, false);
  const auto second = with.rows.find("s");
  CHECK(second->key == first->key);
  CHECK(second->spec.folder == "/other");
  CHECK(second->spec.audience.everyone);
  CHECK_FALSE(second->configured);
}

TEST_CASE("all shares are told by their names") {
  WithRows with;
  for (const char* name : {"b", "a", "c"}) with.rows.put({name, "/", {}}, false);
  std::string names;
  for (const auto& share : with.rows.all()) names += share.spec.name;
  CHECK(names == "abc");
}

TEST_CASE("a share's device, and whether it is withdrawn, are kept until it is erased") {
  WithRows with;
  with.rows.put({"s", "/", {}}, false);
  const auto key = with.rows.find("s")->key;
  with.rows.set_device(key, 7);
  with.rows.set_withdrawn(key, true);
  CHECK(with.rows.find("s")->device == 7);
  CHECK(with.rows.find("s")->withdrawn);
  with.rows.set_withdrawn(key, false);
  CHECK_FALSE(with.rows.find("s")->withdrawn);
  with.rows.erase(key);
  CHECK_FALSE(with.rows.find("s"));
  CHECK_FALSE(with.rows.prefix_of(key));
}

}  // namespace
}  // namespace swapmeet::transfer_swarm
