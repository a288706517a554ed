#include "registry/sqlite/share_tallies.h"

#include <algorithm>
#include <optional>

#include "swapmeet/sqlite/columns.h"

namespace swapmeet::registry_sqlite {
namespace {

constexpr std::int64_t kMostTallied = std::int64_t{1} << 61;  // or more

}  // namespace

std::int64_t bounded_sum(std::int64_t one, std::int64_t other) {
  return std::clamp(one + std::clamp(other, -kMostTallied, kMostTallied), -kMostTallied,
                    kMostTallied);
}

std::string_view share_of(std::string_view path) {
  const auto slash = path.find('/');
  return slash == std::string_view::npos ? path : path.substr(0, slash + 1);
}

std::string just_behind(std::string path) {
  path += '\0';
  return path;
}

void ShareTallies::add(std::string_view path, const std::string& audience, std::int64_t bytes) {
  auto& tally = changes_[{std::string(share_of(path)), audience}];
  ++tally.files;
  tally.bytes = bounded_sum(tally.bytes, bytes);
}

void ShareTallies::take(std::string_view path, const std::string& audience, std::int64_t bytes) {
  auto& tally = changes_[{std::string(share_of(path)), audience}];
  --tally.files;
  tally.bytes = bounded_sum(tally.bytes, -bytes);
}

void ShareTallies::clear(sqlite::Database& database, std::int64_t peer) {
  changes_.clear();
  database.keep("DELETE FROM share_tallies WHERE peer=?")->with(peer).run();
}

void ShareTallies::save(sqlite::Database& database, std::int64_t peer) {
  auto put = database.keep(
      "INSERT INTO share_tallies VALUES(?,?,?,?,?) ON CONFLICT(peer, share, audience)"
      " DO UPDATE SET files=files+excluded.files,"
      " bytes=max(0, min(bytes+excluded.bytes, 2305843009213693952))");
  auto drop = database.keep(
      "DELETE FROM share_tallies WHERE peer=? AND share=? AND audience=? AND files=0");
  for (const auto& [row, tally] : changes_) {
    const auto& [share, audience] = row;
    put->with(peer, share, audience, tally.files, tally.bytes).run();
    if (tally.files <= 0) drop->with(peer, share, audience).run();
  }
  changes_.clear();
}

Tally hidden_from(sqlite::Database& reader, std::int64_t peer, const Identity& viewer) {
  Tally hidden;
  auto row = reader.keep(
      "SELECT audience, files, bytes FROM share_tallies INDEXED BY private_tallies"
      " WHERE peer=? AND audience<>''");
  row->with(peer);
  while (row->step()) {
    if (sqlite::audience_from(row->view(0)).admits(viewer)) continue;
    hidden.files += row->integer(1);
    hidden.bytes = bounded_sum(hidden.bytes, row->integer(2));
  }
  return hidden;
}

Tally hidden_from_guests(sqlite::Database& reader) {
  auto row = reader.keep(
      "SELECT total(files), total(bytes) FROM share_tallies INDEXED BY private_tallies"
      " WHERE audience<>'' AND peer IN (SELECT key FROM peers WHERE present=1)");
  row->step();
  return {row->integer(0), row->integer(1)};
}

std::vector<std::string> locked_shares(sqlite::Database& reader, std::int64_t peer,
                                       const Identity& viewer, std::size_t most) {
  std::vector<std::string> names;
  auto row = reader.keep(
      "SELECT share, group_concat(audience, char(0)) FROM share_tallies t WHERE peer=?1 AND share"
      " IN (SELECT share FROM share_tallies INDEXED BY private_tallies WHERE peer=?1"
      " AND audience<>'') GROUP BY share ORDER BY share");
  row->with(peer);
  while (names.size() < most && row->step()) {
    const auto share = row->view(0);
    auto audiences = row->view(1);
    bool open = audiences.empty();
    bool visible = false;
    for (bool more = true; more;) {
      const auto end = audiences.find('\0');
      const auto audience = sqlite::audience_from(audiences.substr(0, end));
      open = open || audience.admits(viewer);
      visible = visible || audience.visible;
      more = end != std::string_view::npos;
      if (more) audiences.remove_prefix(end + 1);
    }
    if (!open && visible && share.ends_with('/'))
      names.emplace_back(share.substr(0, share.size() - 1));
  }
  return names;
}

void each_open_share(sqlite::Database& reader, std::int64_t peer, std::string_view first,
                     const Identity& viewer,
                     const std::function<bool(const std::string& share)>& visit) {
  auto row = reader.keep(
      "SELECT share, audience FROM share_tallies WHERE peer=? AND share>=? ORDER BY share");
  row->with(peer, first);
  std::optional<std::string> visited;
  while (row->step()) {
    if (visited == row->view(0) || !sqlite::audience_from(row->view(1)).admits(viewer)) continue;
    visited = row->text(0);
    if (!visit(*visited)) return;
  }
}

}  // namespace swapmeet::registry_sqlite
