#include "auth/accounts/store.h"

#include "swapmeet/sqlite/columns.h"

namespace swapmeet::auth_accounts {
namespace {

// groups_in and roles: one a line.
constexpr const char* kMigrations[] = {R"sql(
CREATE TABLE accounts(
  key INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, password TEXT NOT NULL,
  groups_in TEXT NOT NULL, roles TEXT NOT NULL, disabled INTEGER NOT NULL, epoch INTEGER NOT NULL,
  created INTEGER NOT NULL);
)sql"};

}  // namespace

Store::Store(const std::filesystem::path& folder) : database_(folder / "accounts.db") {
  sqlite::migrate(database_, kMigrations);
}

sqlite::KeptStores Store::kept_in(const std::filesystem::path& folder) {
  return sqlite::KeptStores({{.file = folder / "accounts.db", .migrations = kMigrations}});
}

std::vector<StoredAccount> Store::all() {
  std::vector<StoredAccount> accounts;
  auto row = database_.prepare(
      "SELECT key, name, password, groups_in, roles, disabled, epoch, created FROM accounts");
  while (row.step()) {
    StoredAccount stored;
    stored.key = row.integer(0);
    stored.account.name = row.text(1);
    stored.password = row.text(2);
    stored.account.groups = sqlite::words_of(row.view(3));
    stored.account.roles = sqlite::words_of(row.view(4));
    stored.account.disabled = row.integer(5) != 0;
    stored.epoch = row.integer(6);
    stored.account.created = Time(std::chrono::milliseconds(row.integer(7)));
    accounts.push_back(std::move(stored));
  }
  return accounts;
}

std::int64_t Store::insert(const StoredAccount& stored) {
  database_
      .prepare(
          "INSERT INTO accounts(name, password, groups_in, roles, disabled, epoch, created)"
          " VALUES(?,?,?,?,?,?,?)")
      .with(stored.account.name, stored.password, sqlite::lines_of(stored.account.groups),
            sqlite::lines_of(stored.account.roles), stored.account.disabled, stored.epoch,
            stored.account.created.time_since_epoch().count())
      .run();
  return database_.last_insert_id();
}

void Store::update(const StoredAccount& stored) {
  database_
      .prepare(
          "UPDATE accounts SET password=?, groups_in=?, roles=?, disabled=?, epoch=? WHERE key=?")
      .with(stored.password, sqlite::lines_of(stored.account.groups),
            sqlite::lines_of(stored.account.roles), stored.account.disabled, stored.epoch,
            stored.key)
      .run();
}

void Store::remove(std::int64_t key) {
  database_.prepare("DELETE FROM accounts WHERE key=?").with(key).run();
}

}  // namespace swapmeet::auth_accounts
