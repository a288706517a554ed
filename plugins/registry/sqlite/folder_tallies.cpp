#include "registry/sqlite/folder_tallies.h"

#include "swapmeet/listing.h"

namespace swapmeet::registry_sqlite {
namespace {

// The folder of a path, without what is too deep.
std::string_view tallied_folder(std::string_view path) {
  const auto folder = folder_of_path(path);
  std::size_t end = 0;
  for (std::size_t level = 0; level < FolderTallies::kDeepest; ++level) {
    end = folder.find('/', end);
    if (end == std::string_view::npos) return folder;
    ++end;
  }
  return folder.substr(0, end - 1);
}

// A folder, and what changes in it and below.
struct Branch {
  Tally change;
  std::map<std::string, Branch, std::less<>> below;

  void add(const Tally& tally) {
    change.files += tally.files;
    change.bytes = bounded_sum(change.bytes, tally.bytes);
  }
};

struct Row {
  std::int64_t key = 0;  // 0: there is none
  std::int64_t files = 0;
};

Row change(sqlite::Database& database, std::int64_t peer, std::int64_t parent,
           std::string_view name, const Tally& by) {
  auto row = database.keep(
      "INSERT INTO folders(peer, parent, name, files, bytes) VALUES(?,?,?,?,?)"
      " ON CONFLICT(peer, parent, name) DO UPDATE SET files=files+excluded.files,"
      " bytes=max(0, min(bytes+excluded.bytes, 2305843009213693952)) RETURNING key, files");
  row->with(peer, parent, name, by.files, by.bytes);
  if (!row->step()) return {};
  const Row changed{row->integer(0), row->integer(1)};
  row->run();
  return changed;
}

void save(sqlite::Database& database, std::int64_t peer, std::int64_t parent, std::string_view name,
          const Branch& branch) {
  const auto row = change(database, peer, parent, name, branch.change);
  for (const auto& [below, one] : branch.below) save(database, peer, row.key, below, one);
  if (row.files <= 0) database.keep("DELETE FROM folders WHERE key=?")->with(row.key).run();
}

}  // namespace

Tally& FolderTallies::of(std::string_view path, const std::string& audience) {
  auto& folders = changes_[audience];
  const auto folder = tallied_folder(path);
  const auto known = folders.find(folder);
  return known != folders.end() ? known->second : folders[std::string(folder)];
}

void FolderTallies::add(std::string_view path, const std::string& audience, std::int64_t bytes) {
  auto& tally = of(path, audience);
  ++tally.files;
  tally.bytes = bounded_sum(tally.bytes, bytes);
}

void FolderTallies::take(std::string_view path, const std::string& audience, std::int64_t bytes) {
  auto& tally = of(path, audience);
  --tally.files;
  tally.bytes = bounded_sum(tally.bytes, -bytes);
}

void FolderTallies::clear(sqlite::Database& database, std::int64_t peer) {
  changes_.clear();
  database.keep("DELETE FROM folders WHERE peer=?")->with(peer).run();
}

void FolderTallies::save(sqlite::Database& database, std::int64_t peer) {
  for (const auto& [audience, folders] : changes_) {
    Branch root;
    for (const auto& [folder, tally] : folders) {
      auto* branch = &root;
      branch->add(tally);
      for (std::string_view rest = folder; !rest.empty();) {
        const auto slash = rest.find('/');
        const auto name = rest.substr(0, slash);
        const auto known = branch->below.find(name);
        branch = known != branch->below.end() ? &known->second : &branch->below[std::string(name)];
        branch->add(tally);
        rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
      }
    }
    registry_sqlite::save(database, peer, 0, audience, root);
  }
  changes_.clear();
}

}  // namespace swapmeet::registry_sqlite
