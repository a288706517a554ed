// A plugin's Stores, when what it keeps are SQLite databases: it lists them, and what must hold in
// them; they are looked through, and copied while they are in use.
//   stores_.emplace(sqlite::KeptStores({{.file = host.data_folder() / "my.db",
//                                        .migrations = kMigrations, .rules = kRules}}));
// Thread-safe: every call opens connections of its own.
#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "swapmeet/sqlite/database.h"
#include "swapmeet/stores.h"

namespace swapmeet::sqlite {

// What must hold in a database: `sql` counts what breaks it.
struct Rule {
  const char* sql;
  const char* broken;  // after the count: "listings have a revision above the feed's latest"
  const char* first = nullptr;  // optional: a text for each of the rows, of which a few are named
};

struct KeptDatabase {
  std::filesystem::path file;
  std::span<const char* const> migrations;
  // Asked of a database of the newest schema whose pages hang together.
  std::span<const Rule> rules{};
  std::string remedy = "stop the host and restore the file from a backup";
  // Takes from one that is well what else a report says.
  std::function<void(Database&, StoreReport&)> read{};
  bool made_anew = false;  // KeptFile::made_anew
};

class KeptStores final : public Stores {
 public:
  // `files`: what lies beside the databases and is never changed in place, such as a key.
  explicit KeptStores(std::vector<KeptDatabase> databases,
                      std::vector<std::filesystem::path> files = {})
      : databases_(std::move(databases)), files_(std::move(files)) {}

  // Of each database: pages and indices (SQLite's integrity_check), references, schema version, and
  // the rules. One that is not there is a note: the plugin has not run yet.
  Result<StoreReport> verify() override;
  // Each database as it is at one moment, synced. Writers and readers go on.
  Result<void> back_up(const std::filesystem::path& folder) override;
  // A database's id is what migrate() has put into it.
  Result<std::vector<KeptFile>> kept() override;

 private:
  std::vector<KeptDatabase> databases_;
  std::vector<std::filesystem::path> files_;
};

}  // namespace swapmeet::sqlite
