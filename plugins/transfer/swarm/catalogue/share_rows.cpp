#include "transfer/swarm/catalogue/share_rows.h"

#include "swapmeet/sqlite/columns.h"

namespace swapmeet::transfer_swarm {
namespace {

StoredShare read(const sqlite::Statement& row) {
  return {row.integer(0),
          {row.text(1), row.text(2), sqlite::audience_from(row.text(3))},
          row.integer(4) != 0,
          static_cast<std::uint64_t>(row.integer(5)),
          row.integer(6) != 0};
}

}  // namespace

std::vector<StoredShare> ShareRows::all() {
  std::vector<StoredShare> shares;
  auto row = database_.prepare(
      "SELECT key, name, folder, audience, configured, device, withdrawn FROM shares"
      " ORDER BY name");
  while (row.step()) shares.push_back(read(row));
  return shares;
}

std::optional<StoredShare> ShareRows::find(const std::string& name) {
  auto row = database_.prepare(
      "SELECT key, name, folder, audience, configured, device, withdrawn FROM shares WHERE name=?");
  row.with(name);
  if (!row.step()) return std::nullopt;
  return read(row);
}

std::optional<std::string> ShareRows::prefix_of(std::int64_t share) {
  auto row = database_.prepare("SELECT name FROM shares WHERE key=?");
  row.with(share);
  if (!row.step()) return std::nullopt;
  return row.text(0) + '/';
}

void ShareRows::put(const ShareSpec& spec, bool configured) {
  auto put = database_.prepare(
      "INSERT INTO shares(name, folder, audience, configured) VALUES(?,?,?,?) ON CONFLICT(name)"
      " DO UPDATE SET folder=excluded.folder, audience=excluded.audience,"
      " configured=excluded.configured");
  put.bind(1, spec.name).bind_blob(2, spec.folder.data(), spec.folder.size());
  put.bind(3, sqlite::audience_text(spec.audience)).bind(4, configured).run();
}

void ShareRows::erase(std::int64_t share) {
  database_.prepare("DELETE FROM shares WHERE key=?").with(share).run();
}

void ShareRows::set_device(std::int64_t share, std::uint64_t device) {
  database_.prepare("UPDATE shares SET device=? WHERE key=?").with(device, share).run();
}

void ShareRows::set_withdrawn(std::int64_t share, bool withdrawn) {
  database_.prepare("UPDATE shares SET withdrawn=? WHERE key=?").with(withdrawn, share).run();
}

}  // namespace swapmeet::transfer_swarm
