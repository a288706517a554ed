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
)sql",
                                       // -1: no such time.
                                       R"sql(
ALTER TABLE accounts ADD COLUMN banned INTEGER NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN ban_reason TEXT NOT NULL DEFAULT '';
ALTER TABLE accounts ADD COLUMN ban_until INTEGER NOT NULL DEFAULT -1;
ALTER TABLE accounts ADD COLUMN last_login INTEGER NOT NULL DEFAULT -1;
CREATE TABLE invitations(
  id TEXT PRIMARY KEY, code BLOB NOT NULL UNIQUE, made_by TEXT NOT NULL, note TEXT NOT NULL,
  made INTEGER NOT NULL, expires INTEGER NOT NULL, groups_in TEXT NOT NULL, roles TEXT NOT NULL)
  WITHOUT ROWID;
)sql"};

std::optional<Time> time_of(std::int64_t number) {
  if (number < 0) return std::nullopt;
  return Time(std::chrono::milliseconds(number));
}

std::int64_t number_of(const std::optional<Time>& time) {
  return time ? time->time_since_epoch().count() : -1;
}

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
      "SELECT key, name, password, groups_in, roles, disabled, epoch, created, banned, "
      "ban_reason, ban_until, last_login FROM accounts");
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
    if (row.integer(8) != 0) stored.account.ban = AccountBan{row.text(9), time_of(row.integer(10))};
    stored.account.last_login = time_of(row.integer(11));
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
  const auto& account = stored.account;
  database_
      .prepare(
          "UPDATE accounts SET password=?, groups_in=?, roles=?, disabled=?, epoch=?, banned=?,"
          " ban_reason=?, ban_until=?, last_login=? WHERE key=?")
      .with(stored.password, sqlite::lines_of(account.groups), sqlite::lines_of(account.roles),
            account.disabled, stored.epoch, account.ban.has_value(),
            account.ban ? account.ban->reason : "",
            number_of(account.ban ? account.ban->until : std::nullopt),
            number_of(account.last_login), stored.key)
      .run();
}

void Store::remove(std::int64_t key) {
  database_.prepare("DELETE FROM accounts WHERE key=?").with(key).run();
}

std::vector<StoredInvitation> Store::invitations() {
  std::vector<StoredInvitation> all;
  auto row = database_.prepare(
      "SELECT id, code, made_by, note, made, expires, groups_in, roles FROM invitations");
  while (row.step())
    all.push_back({{.id = row.text(0),
                    .made_by = row.text(2),
                    .note = row.text(3),
                    .made = Time(std::chrono::milliseconds(row.integer(4))),
                    .expires = Time(std::chrono::milliseconds(row.integer(5))),
                    .groups = sqlite::words_of(row.view(6)),
                    .roles = sqlite::words_of(row.view(7))},
                   row.text(1)});
  return all;
}

void Store::insert(const StoredInvitation& stored) {
  const auto& invitation = stored.invitation;
  database_.prepare("INSERT INTO invitations VALUES(?,?,?,?,?,?,?,?)")
      .bind(1, invitation.id)
      .bind_blob(2, stored.code.data(), stored.code.size())
      .bind(3, invitation.made_by)
      .bind(4, invitation.note)
      .bind(5, invitation.made.time_since_epoch().count())
      .bind(6, invitation.expires.time_since_epoch().count())
      .bind(7, sqlite::lines_of(invitation.groups))
      .bind(8, sqlite::lines_of(invitation.roles))
      .run();
}

bool Store::remove_invitation(const std::string& id) {
  database_.prepare("DELETE FROM invitations WHERE id=?").with(id).run();
  return database_.changed_rows() > 0;
}

std::int64_t Store::insert(const StoredAccount& account, const std::string& invitation) {
  sqlite::Transaction transaction(database_);
  const auto key = insert(account);
  remove_invitation(invitation);
  transaction.commit();
  return key;
}

}  // namespace swapmeet::auth_accounts
