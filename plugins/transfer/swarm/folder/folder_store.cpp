#include "transfer/swarm/folder/folder_store.h"

namespace swapmeet::transfer_swarm {
namespace {

// Of what a transaction changes.
struct CountChange {
  std::int64_t files = 0;
  std::int64_t bytes = 0;
  std::int64_t done = 0;
  std::int64_t done_bytes = 0;
  std::int64_t failed = 0;

  void count(FileState state, std::uint64_t size, int by) {
    if (state == FileState::done) {
      done += by;
      done_bytes += by * static_cast<std::int64_t>(size);
    }
    if (state == FileState::failed) failed += by;
  }
};

void apply(sqlite::Database& database, std::int64_t folder, const CountChange& change) {
  database
      .keep(
          "UPDATE folders SET files = files + ?2, bytes = bytes + ?3, done = done + ?4, "
          "done_bytes = done_bytes + ?5, failed = failed + ?6 WHERE number = ?1")
      ->with(folder, change.files, change.bytes, change.done, change.done_bytes, change.failed)
      .run();
}

}  // namespace

FolderStore::FolderStore(const std::filesystem::path& database) : database_(database) {}

std::int64_t FolderStore::number_of(const std::string& id) {
  if (known_id_ == id) return known_number_;
  const auto row = database_.keep("SELECT number FROM folders WHERE id = ?");
  row->with(id);
  if (!row->step()) return 0;
  known_number_ = row->integer(0);
  known_id_ = id;
  return known_number_;
}

void FolderStore::begin(const std::string& id) {
  sqlite::Transaction transaction(database_);
  if (const auto number = number_of(id); number != 0)
    database_
        .keep(
            "UPDATE folders SET cursor = '', listed = 0, files = 0, bytes = 0, done = 0, "
            "done_bytes = 0, failed = 0 WHERE number = ?")
        ->with(number)
        .run();
  else
    database_
        .keep(
            "INSERT INTO folders (id, cursor, listed, files, bytes, done, done_bytes, failed) "
            "VALUES (?, '', 0, 0, 0, 0, 0, 0)")
        ->with(id)
        .run();
  transaction.commit();
}

void FolderStore::add(const std::string& id, const std::vector<FolderEntry>& files,
                      const ListingCursor& cursor) {
  const auto folder = number_of(id);
  CountChange change;
  sqlite::Transaction transaction(database_);
  const auto insert = database_.keep(
      "INSERT INTO folder_files VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING");
  const auto twins = database_.keep(
      "SELECT max(twin) FROM folder_files WHERE folder = ? AND path = ? GROUP BY path");
  for (const auto& file : files) {
    change.count(file.state, file.size, 1);
    ++change.files;
    change.bytes += static_cast<std::int64_t>(file.size);
    insert
        ->with(folder, file.key.path, 0, file.content, file.size, static_cast<int>(file.state),
               file.why)
        .run();
    if (database_.changed_rows() > 0) continue;
    twins->with(folder, file.key.path);
    const auto twin = twins->step() ? twins->integer(0) + 1 : 1;
    twins->reset();
    insert
        ->with(folder, file.key.path, twin, file.content, file.size,
               static_cast<int>(FileState::failed),
               "another file of the folder has the same name on this machine")
        .run();
    if (file.state != FileState::failed) ++change.failed;
  }
  apply(database_, folder, change);
  database_.keep("UPDATE folders SET cursor = ?, listed = ? WHERE number = ?")
      ->with(cursor.next, cursor.listed, folder)
      .run();
  transaction.commit();
}

void FolderStore::record(const std::string& id, std::span<const FileOutcome> outcomes) {
  if (outcomes.empty()) return;
  const auto folder = number_of(id);
  CountChange change;
  sqlite::Transaction transaction(database_);
  const auto update = database_.keep(
      "UPDATE folder_files SET state = ?4, why = ?5 WHERE folder = ?1 AND path = ?2 AND twin = ?3 "
      "AND state < 2");
  for (const auto& outcome : outcomes) {
    update
        ->with(folder, outcome.key.path, outcome.key.twin, static_cast<int>(outcome.state),
               outcome.why)
        .run();
    if (database_.changed_rows() > 0) change.count(outcome.state, outcome.size, 1);
  }
  apply(database_, folder, change);
  transaction.commit();
}

void FolderStore::retry(const std::string& id) {
  const auto folder = number_of(id);
  sqlite::Transaction transaction(database_);
  database_
      .keep(
          "UPDATE folder_files SET state = (size > ?2), why = '' WHERE folder = ?1 AND state = 3 "
          "AND twin = 0")
      ->with(folder, kMostSmall)
      .run();
  CountChange change;
  change.failed = -database_.changed_rows();
  apply(database_, folder, change);
  transaction.commit();
}

bool FolderStore::forget_some(const std::string& id, bool only_done) {
  constexpr int kAtOnce = 20'000;
  database_
      .keep(
          "DELETE FROM folder_files WHERE (folder, path, twin) IN (SELECT folder, path, twin "
          "FROM folder_files WHERE folder = ?1 AND (state = 2 OR NOT ?2) LIMIT ?3)")
      ->with(number_of(id), only_done, kAtOnce)
      .run();
  return database_.changed_rows() > 0;
}

void FolderStore::remove(const std::string& id) {
  database_.keep("DELETE FROM folders WHERE id = ?")->with(id).run();
  known_id_.clear();
}

FolderStanding FolderStore::standing(const std::string& id) {
  const auto row = database_.keep(
      "SELECT files, bytes, done, done_bytes, failed, listed FROM folders WHERE id = ?");
  row->with(id);
  FolderStanding standing;
  standing.counts.listing = true;
  if (!row->step()) return standing;
  const auto number = [&](int column) { return static_cast<std::uint64_t>(row->integer(column)); };
  standing.counts = {number(0), number(2), number(4), row->integer(5) == 0};
  standing.size = number(1);
  standing.done = number(3);
  return standing;
}

ListingCursor FolderStore::cursor(const std::string& id) {
  const auto row = database_.keep("SELECT cursor, listed FROM folders WHERE id = ?");
  row->with(id);
  if (!row->step()) return {};
  return {row->text(0), row->integer(1) != 0};
}

std::vector<FolderEntry> FolderStore::files(const std::string& id, FileState state,
                                            const std::optional<FileKey>& after, std::size_t most) {
  // By the index, and not by looking through all that are done. It has to be told.
  static const std::string kSelect =
      "SELECT path, twin, content, size, state, why FROM folder_files INDEXED BY folder_files_open "
      "WHERE folder = ?1 AND state = ?2 AND state <> 2 AND (path, twin) > (?3, ?4) "
      "ORDER BY path, twin LIMIT ?5";
  const auto rows = database_.keep(kSelect);
  const auto from = after.value_or(FileKey{"", 0});
  rows->with(number_of(id), static_cast<int>(state), from.path, from.twin, most);
  std::vector<FolderEntry> files;
  while (rows->step()) {
    FolderEntry file{{rows->text(0), static_cast<std::uint32_t>(rows->integer(1))},
                     rows->id<ContentId>(2),
                     static_cast<std::uint64_t>(rows->integer(3)),
                     static_cast<FileState>(rows->integer(4)),
                     rows->text(5)};
    files.push_back(std::move(file));
  }
  return files;
}

}  // namespace swapmeet::transfer_swarm
