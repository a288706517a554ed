#include "host/api/watch_store.h"

#include "swapmeet/sqlite/columns.h"

namespace swapmeet {
namespace {

// A version that has been released is never changed: a new one follows it. groups_in and roles: one
// a line.
constexpr const char* kMigrations[] = {R"sql(
CREATE TABLE watches(
  id TEXT PRIMARY KEY, asker TEXT NOT NULL, query TEXT NOT NULL, account TEXT NOT NULL,
  groups_in TEXT NOT NULL, roles TEXT NOT NULL, read_only INTEGER NOT NULL,
  keep_seconds INTEGER NOT NULL, heard INTEGER NOT NULL) WITHOUT ROWID;
)sql",
                                       R"sql(
ALTER TABLE watches ADD COLUMN collect INTEGER NOT NULL DEFAULT 0;
ALTER TABLE watches ADD COLUMN waiting TEXT NOT NULL DEFAULT '';
)sql"};

constexpr const char* kFile = "watches.db";
constexpr const char* kRemedy =
    "stop the host and restore the file from a backup, or remove it: the saved searches are lost "
    "then, and nothing else is";

constexpr sqlite::Rule kRules[] = {
    {"SELECT count(*) FROM watches WHERE length(id)=0 OR length(query)=0 OR keep_seconds<=0",
     "watches have no id, no query or no time to last"},
};

StoredWatch read(const sqlite::Statement& row) {
  StoredWatch watch;
  watch.id = row.text(0);
  watch.asker = row.text(1);
  watch.request.query = row.text(2);
  watch.request.viewer = {row.text(3), sqlite::words_of(row.view(4)), sqlite::words_of(row.view(5)),
                          row.integer(6) != 0};
  watch.keep = std::chrono::seconds(row.integer(7));
  watch.heard = Time(std::chrono::milliseconds(row.integer(8)));
  watch.collect = row.integer(9) != 0;
  watch.waiting = row.text(10);
  return watch;
}

}  // namespace

std::span<const char* const> WatchStore::migrations() { return kMigrations; }

sqlite::KeptStores WatchStore::kept_in(const std::filesystem::path& folder) {
  const auto read_counts = [](sqlite::Database& database, StoreReport& report) {
    report.notes.push_back(
        "watches.db: " + std::to_string(database.integer("SELECT count(*) FROM watches")) +
        " saved searches");
  };
  return sqlite::KeptStores({{.file = folder / kFile,
                              .migrations = kMigrations,
                              .rules = kRules,
                              .remedy = kRemedy,
                              .read = read_counts}});
}

WatchStore::WatchStore(const std::filesystem::path& folder)
    : database_(folder / kFile, {.cache_kib = 1024, .remedy = kRemedy}) {
  sqlite::migrate(database_, kMigrations);
  database_.check();  // it is small
}

Result<std::vector<StoredWatch>> WatchStore::all() {
  const std::lock_guard lock(mutex_);
  return sqlite::attempt([&]() -> Result<std::vector<StoredWatch>> {
    std::vector<StoredWatch> watches;
    auto rows = database_.prepare(
        "SELECT id, asker, query, account, groups_in, roles, read_only, keep_seconds, heard, "
        "collect, waiting FROM watches");
    while (rows.step()) watches.push_back(read(rows));
    return watches;
  });
}

Result<void> WatchStore::add(const StoredWatch& watch) {
  const std::lock_guard lock(mutex_);
  return sqlite::attempt([&]() -> Result<void> {
    const auto& viewer = watch.request.viewer;
    database_.keep("INSERT INTO watches VALUES(?,?,?,?,?,?,?,?,?,?,'')")
        ->with(watch.id, watch.asker, watch.request.query, viewer.account,
               sqlite::lines_of(viewer.groups), sqlite::lines_of(viewer.roles), viewer.read_only,
               watch.keep.count(), watch.heard.time_since_epoch().count(), watch.collect)
        .run();
    return {};
  });
}

Result<void> WatchStore::remove(const std::vector<std::string>& ids) {
  const std::lock_guard lock(mutex_);
  return sqlite::attempt([&]() -> Result<void> {
    sqlite::Transaction transaction(database_);
    for (const auto& id : ids) database_.keep("DELETE FROM watches WHERE id=?")->with(id).run();
    transaction.commit();
    return {};
  });
}

Result<void> WatchStore::update(const std::vector<StoredWatch>& watches) {
  const std::lock_guard lock(mutex_);
  return sqlite::attempt([&]() -> Result<void> {
    sqlite::Transaction transaction(database_);
    for (const auto& watch : watches) {
      const auto& viewer = watch.request.viewer;
      database_.keep("UPDATE watches SET groups_in=?, roles=?, read_only=?, heard=? WHERE id=?")
          ->with(sqlite::lines_of(viewer.groups), sqlite::lines_of(viewer.roles), viewer.read_only,
                 watch.heard.time_since_epoch().count(), watch.id)
          .run();
    }
    transaction.commit();
    return {};
  });
}

Result<void> WatchStore::keep_waiting(const std::string& id, const std::string& waiting) {
  const std::lock_guard lock(mutex_);
  return sqlite::attempt([&]() -> Result<void> {
    database_.keep("UPDATE watches SET waiting=? WHERE id=?")->with(waiting, id).run();
    return {};
  });
}

}  // namespace swapmeet
