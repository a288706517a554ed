#include "registry/sqlite/folder_levels.h"

#include <algorithm>
#include <map>
#include <optional>

#include "registry/sqlite/folder_tallies.h"
#include "registry/sqlite/rows.h"
#include "registry/sqlite/share_tallies.h"

namespace swapmeet::registry_sqlite {
namespace {

constexpr const char* kOfFolder = "d";  // cursors: the name of a folder, the path of a file
constexpr const char* kOfFile = "f";

// The rows of a folder, one for each audience that the viewer is of.
std::vector<std::int64_t> rows_of(sqlite::Database& reader, std::int64_t peer,
                                  const Identity& viewer, std::string_view prefix) {
  std::vector<std::int64_t> rows;
  {
    auto root = reader.keep("SELECT key, name FROM folders WHERE peer=? AND parent=0");
    root->with(peer);
    while (root->step())
      if (sqlite::audience_from(root->view(1)).admits(viewer)) rows.push_back(root->integer(0));
  }
  auto child = reader.keep("SELECT key FROM folders WHERE peer=? AND parent=? AND name=?");
  for (auto rest = prefix; !rest.empty(); rest.remove_prefix(rest.find('/') + 1)) {
    std::vector<std::int64_t> below;
    for (const auto row : rows) {
      child->with(peer, row, rest.substr(0, rest.find('/')));
      if (child->step()) below.push_back(child->integer(0));
    }
    rows = std::move(below);
  }
  return rows;
}

class LevelReading {
 public:
  LevelReading(sqlite::Database& reader, std::int64_t peer, const BrowseQuery& query)
      : reader_(reader), peer_(peer), query_(query), prefix_(folder_prefix(query.folder)) {}

  Result<FolderLevel> read() {
    const auto rows = rows_of(reader_, peer_, query_.viewer, prefix_);
    const auto [kind, after] = sqlite::split_cursor(query_.page.after);
    if (kind != kOfFile) take_folders(rows, after);
    if (!is_full_) {
      const auto from = kind == kOfFile ? after : std::string();
      if (prefix_.empty())
        take_lone_files(from);
      else if (may_be_open())
        take_files(from);
    }
    if (!prefix_.empty() && rows.empty() && after.empty() && level_.files.empty())
      return no_such_folder(query_.folder);
    return std::move(level_);
  }

 private:
  // False: the page is full, and the next one begins after what was taken last.
  bool has_room() {
    if (level_.folders.size() + level_.files.size() < std::max<std::size_t>(query_.page.limit, 1))
      return true;
    is_full_ = true;
    level_.next = level_.files.empty() ? sqlite::join_cursor(kOfFolder, level_.folders.back().name)
                                       : sqlite::join_cursor(kOfFile, level_.files.back().path);
    return false;
  }

  void take_folders(const std::vector<std::int64_t>& rows, const std::string& after) {
    std::map<std::string, SharedFolder> folders;
    auto row = reader_.keep(
        "SELECT name, files, bytes FROM folders WHERE peer=? AND parent=? AND name>?"
        " ORDER BY name LIMIT ?");
    for (const auto parent : rows) {
      row->with(peer_, parent, after, query_.page.limit + 1);
      while (row->step()) {
        auto& folder = folders[row->text(0)];
        folder.files += static_cast<std::uint64_t>(row->integer(1));
        folder.bytes = saturating_sum(folder.bytes, static_cast<std::uint64_t>(row->integer(2)));
      }
    }
    for (auto& [name, folder] : folders) {
      if (!has_room()) return;
      folder.name = name;
      level_.folders.push_back(std::move(folder));
    }
  }

  // Whether the viewer may see anything of the share: what is hidden costs nothing.
  bool may_be_open() {
    bool is_open = false;
    const auto share = share_of(prefix_);
    each_open_share(reader_, peer_, share, query_.viewer, [&](const std::string& first) {
      is_open = first == share;
      return false;
    });
    return is_open;
  }

  // Of the top level, where a file that is in no folder is a share of its own.
  void take_lone_files(const std::string& after) {
    each_open_share(reader_, peer_, after, query_.viewer, [&](const std::string& share) {
      if (share.ends_with('/') || share <= after) return true;
      auto row = reader_.keep("SELECT " + std::string(kListingColumns) +
                              " FROM listings l WHERE peer=? AND path=?");
      row->with(peer_, share);
      return !row->step() || take(*row);
    });
  }

  bool take(const sqlite::Statement& row) {
    auto listing = read_listing(row);
    if (!listing.audience.admits(query_.viewer)) return true;
    if (!has_room()) return false;
    level_.files.push_back(std::move(listing));
    return true;
  }

  void take_files(const std::string& after) {
    static const auto kSql = "SELECT " + std::string(kListingColumns) +
                             " FROM listings l WHERE peer=? AND path>=? AND path<? ORDER BY path";
    const auto levels = std::count(prefix_.begin(), prefix_.end(), '/');
    const bool is_flat = static_cast<std::size_t>(levels) >= FolderTallies::kDeepest;
    auto end = prefix_;
    end.back() = '0';  // which follows '/' in ASCII
    auto row = reader_.keep(kSql);
    for (std::optional from = after.empty() ? prefix_ : just_behind(after); from;) {
      row->with(peer_, *from, end);
      from.reset();
      while (row->step()) {
        const auto path = row->view(0);
        const auto slash = is_flat ? std::string_view::npos : path.find('/', prefix_.size());
        if (slash != std::string_view::npos) {  // on behind that folder
          from = std::string(path.substr(0, slash)) + '0';
          break;
        }
        if (!take(*row)) return;
      }
    }
  }

  sqlite::Database& reader_;
  const std::int64_t peer_;
  const BrowseQuery& query_;
  const std::string prefix_;
  FolderLevel level_;
  bool is_full_ = false;
};

}  // namespace

Result<FolderLevel> level_of(sqlite::Database& reader, std::int64_t peer,
                             const BrowseQuery& query) {
  return LevelReading(reader, peer, query).read();
}

}  // namespace swapmeet::registry_sqlite
