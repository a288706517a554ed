#include "host/auth/session_store.h"

#include "host/auth/audit_log.h"
#include "host/auth/device_store.h"
#include "host/auth/ticket_signer.h"
#include "swapmeet/sqlite/columns.h"

namespace swapmeet {
namespace {

// A version that has been released is never changed: a new one follows it. groups_in and roles: one
// a line; token: its digest.
constexpr const char* kMigrations[] = {R"sql(
CREATE TABLE accounts(
  plugin TEXT NOT NULL, account TEXT NOT NULL, groups_in TEXT NOT NULL, roles TEXT NOT NULL,
  version TEXT NOT NULL, PRIMARY KEY(plugin, account)) WITHOUT ROWID;
CREATE TABLE sessions(
  token BLOB PRIMARY KEY, plugin TEXT NOT NULL, account TEXT NOT NULL, started INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  FOREIGN KEY(plugin, account) REFERENCES accounts ON DELETE CASCADE) WITHOUT ROWID;
CREATE INDEX sessions_of_account ON sessions(plugin, account);
)sql",
                                       // name: of a key; scopes: one a line.
                                       R"sql(
ALTER TABLE sessions ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN agent TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN scopes TEXT NOT NULL DEFAULT '';
)sql"};

constexpr const char* kFile = "sessions.db";
constexpr const char* kRemedy =
    "stop the host and restore the file from a backup, or remove it: everyone logs in again then, "
    "and nothing else is lost";

constexpr sqlite::Rule kRules[] = {
    {"SELECT count(*) FROM sessions WHERE length(token)<>32 OR expires<started",
     "sessions have no token, or end before they begin"},
};

}  // namespace

SessionStore::SessionStore(const std::filesystem::path& data)
    : database_(data / kFile, {.cache_kib = 1024, .remedy = kRemedy}) {
  sqlite::migrate(database_, kMigrations);
  database_.check();  // it is small
}

sqlite::KeptStores SessionStore::kept_in(const std::filesystem::path& data) {
  const auto read_counts = [](sqlite::Database& database, StoreReport& report) {
    report.notes.push_back(
        "sessions.db: " + std::to_string(database.integer("SELECT count(*) FROM sessions")) +
        " sessions");
  };
  return sqlite::KeptStores({{.file = data / kFile,
                              .migrations = kMigrations,
                              .rules = kRules,
                              .remedy = kRemedy,
                              .read = read_counts,
                              .made_anew = true},
                             DeviceStore::kept_in(data),
                             AuditLog::kept_in(data)},
                            {TicketSigner::key_file(data)});
}

std::vector<std::pair<AccountKey, Grant>> SessionStore::accounts() {
  std::vector<std::pair<AccountKey, Grant>> all;
  auto row = database_.prepare("SELECT plugin, account, groups_in, roles, version FROM accounts");
  while (row.step())
    all.push_back({{row.text(0), row.text(1)},
                   {.account = row.text(1),
                    .groups = sqlite::words_of(row.view(2)),
                    .roles = sqlite::words_of(row.view(3)),
                    .version = row.text(4)}});
  return all;
}

std::vector<StoredSession> SessionStore::sessions() {
  std::vector<StoredSession> all;
  auto row = database_.prepare(
      "SELECT token, plugin, account, started, expires, address, agent, name, scopes FROM sessions "
      "ORDER BY started");
  while (row.step())
    all.push_back({.digest = row.text(0),
                   .account = {row.text(1), row.text(2)},
                   .started = Time(std::chrono::milliseconds(row.integer(3))),
                   .expires = Time(std::chrono::milliseconds(row.integer(4))),
                   .address = row.text(5),
                   .agent = row.text(6),
                   .name = row.text(7),
                   .scopes = sqlite::words_of(row.view(8))});
  return all;
}

void SessionStore::put(const AccountKey& account, const Grant& grant) {
  database_
      .keep(
          "INSERT INTO accounts VALUES(?,?,?,?,?) ON CONFLICT DO UPDATE SET "
          "groups_in=excluded.groups_in, roles=excluded.roles, version=excluded.version")
      ->with(account.first, account.second, sqlite::lines_of(grant.groups),
             sqlite::lines_of(grant.roles), grant.version)
      .run();
}

void SessionStore::put(const AccountKey& account, const Grant& grant,
                       const StoredSession& session) {
  sqlite::Transaction transaction(database_);
  put(account, grant);
  database_.keep("INSERT INTO sessions VALUES(?,?,?,?,?,?,?,?,?)")
      ->bind_blob(1, session.digest.data(), session.digest.size())
      .bind(2, account.first)
      .bind(3, account.second)
      .bind(4, session.started.time_since_epoch().count())
      .bind(5, session.expires.time_since_epoch().count())
      .bind(6, session.address)
      .bind(7, session.agent)
      .bind(8, session.name)
      .bind(9, sqlite::lines_of(session.scopes))
      .run();
  transaction.commit();
}

void SessionStore::remove(const AccountKey& account) {
  database_.keep("DELETE FROM accounts WHERE plugin=? AND account=?")
      ->with(account.first, account.second)
      .run();
}

void SessionStore::remove(const std::vector<std::string>& digests) {
  if (digests.empty()) return;
  sqlite::Transaction transaction(database_);
  for (const auto& digest : digests)
    database_.keep("DELETE FROM sessions WHERE token=?")
        ->bind_blob(1, digest.data(), digest.size())
        .run();
  database_.execute(
      "DELETE FROM accounts WHERE NOT EXISTS(SELECT 1 FROM sessions WHERE "
      "sessions.plugin=accounts.plugin AND sessions.account=accounts.account)");
  transaction.commit();
}

}  // namespace swapmeet
