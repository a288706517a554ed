// Old databases become new ones and lose nobody.
#include "auth/accounts/store.h"
#include "catch.h"
#include "world.h"

namespace swapmeet::auth_accounts {
namespace {

// As it was written once, kept apart from the program's own migrations: what they must be able to
// read for ever. Never changed.
constexpr const char* kFirstDatabase = R"sql(
CREATE TABLE accounts(
  key INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, password TEXT NOT NULL,
  groups_in TEXT NOT NULL, roles TEXT NOT NULL, disabled INTEGER NOT NULL, epoch INTEGER NOT NULL,
  created INTEGER NOT NULL);
PRAGMA user_version=1;
INSERT INTO accounts VALUES
  (1, 'ann', 'a hash', 'friends
family
', 'admin
', 0, 77, 1000),
  (2, 'gone', '', '', '', 0, 0, 0),
  (3, 'bob', 'another', '', '', 1, 78, 2000);
DELETE FROM accounts WHERE key=2;
)sql";

}  // namespace

TEST_CASE("accounts that the first version kept are all there") {
  const TemporaryFolder folder;
  sqlite::Database(folder.path / "accounts.db").execute(kFirstDatabase);
  {
    Store store(folder.path);
    auto all = store.all();
    REQUIRE(all.size() == 2);
    const auto& ann = all[0];
    CHECK(ann.key == 1);
    CHECK(ann.account.name == "ann");
    CHECK(ann.password == "a hash");
    CHECK(ann.account.groups == std::vector<std::string>{"friends", "family"});
    CHECK(ann.account.roles == std::vector<std::string>{"admin"});
    CHECK_FALSE(ann.account.disabled);
    CHECK(ann.epoch == 77);
    CHECK(ann.account.created == Time(std::chrono::seconds(1)));
    CHECK(all[1].account.disabled);
    all[1].account.name = "cyd";
    CHECK(store.insert(all[1]) == 4);  // keys are never used again
  }
  CHECK(Store::kept_in(folder.path).verify()->problems == std::vector<std::string>{});
}

TEST_CASE("accounts of a newer version are refused") {
  const TemporaryFolder folder;
  sqlite::Database(folder.path / "accounts.db").execute("PRAGMA user_version=99");
  CHECK_THROWS_WITH(Store(folder.path), Catch::Contains("newer version"));
}

}  // namespace swapmeet::auth_accounts
