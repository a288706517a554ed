#include "host/limits/ban_store.h"

namespace swapmeet {
namespace {

// A version that has been released is never changed: a new one follows it. AUTOINCREMENT: a number
// never means another ban later.
constexpr const char* kMigrations[] = {R"sql(
CREATE TABLE bans(
  number INTEGER PRIMARY KEY AUTOINCREMENT, peer BLOB, addresses TEXT, reason TEXT NOT NULL,
  made_by TEXT NOT NULL, made INTEGER NOT NULL, until INTEGER);
)sql"};

constexpr const char* kFile = "bans.db";
constexpr const char* kRemedy =
    "stop the host and restore the file from a backup, or remove it: nobody is banned then, and "
    "nothing else is lost";

constexpr sqlite::Rule kRules[] = {
    {"SELECT count(*) FROM bans WHERE peer IS NULL AND addresses IS NULL", "bans are of nobody"},
};

Ban read(const sqlite::Statement& row) {
  Ban ban;
  ban.number = row.integer(0);
  if (!row.is_null(1)) ban.peer = row.id<PeerId>(1);
  if (!row.is_null(2))
    if (const auto range = AddressRange::parse(row.view(2))) ban.addresses = *range;
  ban.reason = row.text(3);
  ban.by = row.text(4);
  ban.made = Time(std::chrono::milliseconds(row.integer(5)));
  if (!row.is_null(6)) ban.until = Time(std::chrono::milliseconds(row.integer(6)));
  return ban;
}

}  // namespace

std::span<const char* const> BanStore::migrations() { return kMigrations; }

sqlite::KeptStores BanStore::kept_in(const std::filesystem::path& folder) {
  const auto read_counts = [](sqlite::Database& database, StoreReport& report) {
    report.notes.push_back(
        "bans.db: " + std::to_string(database.integer("SELECT count(*) FROM bans")) + " bans");
  };
  return sqlite::KeptStores({{.file = folder / kFile,
                              .migrations = kMigrations,
                              .rules = kRules,
                              .remedy = kRemedy,
                              .read = read_counts}});
}

BanStore::BanStore(const std::filesystem::path& folder)
    : database_(folder / kFile, {.cache_kib = 1024, .remedy = kRemedy}) {
  sqlite::migrate(database_, kMigrations);
  database_.check();  // it is small
}

Result<std::vector<Ban>> BanStore::all() {
  return sqlite::attempt([&]() -> Result<std::vector<Ban>> {
    const std::lock_guard lock(mutex_);
    auto row = database_.prepare(
        "SELECT number, peer, addresses, reason, made_by, made, until FROM bans ORDER BY number");
    std::vector<Ban> bans;
    while (row.step()) bans.push_back(read(row));
    return bans;
  });
}

Result<std::int64_t> BanStore::add(const Ban& ban) {
  return sqlite::attempt([&]() -> Result<std::int64_t> {
    const std::lock_guard lock(mutex_);
    sqlite::Transaction transaction(database_);
    auto put = database_.prepare(
        "INSERT INTO bans(reason, made_by, made, peer, addresses, until) VALUES(?,?,?,?,?,?)");
    put.with(ban.reason, ban.by, ban.made.time_since_epoch().count());
    if (ban.peer)
      put.bind_blob(4, ban.peer->bytes.data(), ban.peer->bytes.size());
    else
      put.bind_null(4);
    if (ban.addresses)
      put.bind(5, ban.addresses->text());
    else
      put.bind_null(5);
    if (ban.until)
      put.bind(6, ban.until->time_since_epoch().count());
    else
      put.bind_null(6);
    put.run();
    const auto number = database_.last_insert_id();
    transaction.commit();
    return number;
  });
}

Result<void> BanStore::remove(const std::vector<std::int64_t>& numbers) {
  return sqlite::attempt([&]() -> Result<void> {
    const std::lock_guard lock(mutex_);
    sqlite::Transaction transaction(database_);
    auto remove = database_.prepare("DELETE FROM bans WHERE number=?");
    for (const auto number : numbers) remove.with(number).run();
    transaction.commit();
    return {};
  });
}

}  // namespace swapmeet
