#include "transfer/swarm/fetch/download_store.h"

#include <algorithm>

#include "transfer/swarm/base/real_folder.h"
#include "transfer/swarm/pieces/piece_map.h"

namespace swapmeet::transfer_swarm {
namespace {

constexpr const char* kMigrations[] = {
    "CREATE TABLE downloads (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, content BLOB NOT "
    "NULL, name TEXT NOT NULL, folder TEXT NOT NULL, overwrite INTEGER NOT NULL, size INTEGER NOT "
    "NULL, state TEXT NOT NULL, why TEXT NOT NULL, target TEXT NOT NULL, started INTEGER NOT NULL, "
    "finished INTEGER NOT NULL, layer BLOB NOT NULL, proven BLOB NOT NULL, sources TEXT NOT NULL)",
    // Rows are written while bytes arrive; a layer, which may be large, only once.
    "CREATE TABLE layers (id TEXT NOT NULL UNIQUE, nodes BLOB NOT NULL);"
    "INSERT INTO layers SELECT id, layer FROM downloads WHERE length(layer) > 0;"
    "ALTER TABLE downloads DROP COLUMN layer;"
    "ALTER TABLE downloads ADD COLUMN liars TEXT NOT NULL DEFAULT ''",
    R"sql(
ALTER TABLE downloads ADD COLUMN asked_for INTEGER NOT NULL DEFAULT 1;
ALTER TABLE downloads ADD COLUMN offers TEXT NOT NULL DEFAULT '';
)sql",
    "CREATE TABLE fetched (id TEXT NOT NULL, number INTEGER NOT NULL, peer BLOB NOT NULL, name "
    "TEXT "
    "NOT NULL, url TEXT NOT NULL, bytes INTEGER NOT NULL, PRIMARY KEY (id, number)) WITHOUT ROWID",
    // Folders: what is in them (room `folder`), and those of their files that have a row here.
    R"sql(
ALTER TABLE downloads ADD COLUMN peer BLOB NOT NULL DEFAULT x'';
ALTER TABLE downloads ADD COLUMN path TEXT NOT NULL DEFAULT '';
ALTER TABLE downloads ADD COLUMN parent TEXT NOT NULL DEFAULT '';
CREATE INDEX downloads_parent ON downloads (parent);
CREATE TABLE folders (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  cursor TEXT NOT NULL,
  listed INTEGER NOT NULL,
  files INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  done INTEGER NOT NULL,
  done_bytes INTEGER NOT NULL,
  failed INTEGER NOT NULL);
CREATE TABLE folder_files (
  folder INTEGER NOT NULL,
  path TEXT NOT NULL,
  twin INTEGER NOT NULL,
  content BLOB NOT NULL,
  size INTEGER NOT NULL,
  state INTEGER NOT NULL,
  why TEXT NOT NULL,
  PRIMARY KEY (folder, path, twin)) WITHOUT ROWID;
CREATE INDEX folder_files_open ON folder_files (folder, state, path, twin) WHERE state <> 2;
)sql",
    "ALTER TABLE downloads ADD COLUMN place TEXT NOT NULL DEFAULT ''",
    // How the file of one that is done looked then (FileMark).
    "ALTER TABLE downloads ADD COLUMN mark TEXT NOT NULL DEFAULT ''"};

sqlite::Database& migrated(sqlite::Database& database) {
  sqlite::migrate(database, kMigrations);
  return database;
}

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0, end = 0; (end = text.find('\n', at)) != std::string::npos; at = end + 1)
    lines.push_back(text.substr(at, end - at));
  return lines;
}

std::string join(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += line + '\n';
  return text;
}

const std::string kPin = "#sha256=";  // behind the URL of a source whose key is known

std::string text_of(const std::vector<Source>& sources) {
  std::vector<std::string> lines;
  lines.reserve(sources.size());
  for (const auto& source : sources)
    lines.push_back(source.peer.text() + ' ' + source.url +
                    (source.fingerprint.empty() ? "" : kPin + source.fingerprint));
  return join(lines);
}

std::vector<Source> sources_from(const std::string& text) {
  std::vector<Source> sources;
  for (const auto& line : split(text)) {
    if (line.size() < 34) continue;
    Source source;
    source.peer = PeerId::parse(line.substr(0, 32)).value_or(PeerId{});
    const auto pin = std::min(line.find(kPin), line.size());
    source.url = line.substr(33, pin - 33);
    if (pin < line.size()) source.fingerprint = line.substr(pin + kPin.size());
    sources.push_back(std::move(source));
  }
  return sources;
}

StoredDownload read(const sqlite::Statement& row) {
  StoredDownload download;
  auto& [seq, plan, status, asked_for, offers, folder, parent, mark] = download;
  seq = row.integer(0);
  plan.id = status.id = row.text(1);
  plan.content = status.content = row.id<ContentId>(2);
  plan.name = status.name = row.text(3);
  plan.folder = row.text(4);
  plan.overwrite = row.integer(5) != 0;
  const auto size = row.integer(6);
  plan.size_known = size >= 0 && static_cast<std::uint64_t>(size) <= kMostFileSize;
  plan.size = plan.size_known ? static_cast<std::uint64_t>(size) : 0;
  status.size = plan.size;
  status.state = download_state_from(row.text(7)).value_or(DownloadState::queued);
  status.why = row.text(8);
  plan.target = row.text(9);
  status.path = plan.target.empty() ? (plan.folder / plan.name).string() : plan.target;
  status.started = Time(std::chrono::milliseconds(row.integer(10)));
  if (row.integer(11) != 0) status.finished = Time(std::chrono::milliseconds(row.integer(11)));
  plan.proven = row.text(12);
  status.done =
      status.state == DownloadState::done ? plan.size : proven_bytes(plan.proven, plan.size);
  plan.given = sources_from(row.text(13));
  plan.liars = split(row.text(14));
  asked_for = row.integer(15) != 0;
  offers = split(row.text(16));
  if (auto path = row.text(18); !path.empty())
    folder = PeerFolder{row.id<PeerId>(17), std::move(path)};
  parent = row.text(19);
  plan.place = row.text(20);
  if (plan.place.empty()) plan.place = RealFolder::of(plan.folder);  // of an earlier version
  mark = FileMark::parse(row.text(21));
  return download;
}

}  // namespace

std::span<const char* const> DownloadStore::migrations() { return kMigrations; }

DownloadStore::DownloadStore(const std::filesystem::path& file)
    : database_(file),
      put_(migrated(database_).prepare(
          "INSERT OR REPLACE INTO downloads (seq, id, content, name, folder, overwrite, size, "
          "state, why, target, started, finished, proven, sources, liars, asked_for, offers, peer, "
          "path, parent, place, mark) "
          "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {}

std::vector<StoredDownload> DownloadStore::all() { return of(""); }

std::vector<StoredDownload> DownloadStore::children(const std::string& parent) {
  return of(parent);
}

std::vector<StoredDownload> DownloadStore::of(const std::string& parent) {
  std::vector<StoredDownload> downloads;
  auto rows = database_.prepare(
      "SELECT seq, id, content, name, folder, overwrite, size, state, why, target, started, "
      "finished, proven, sources, liars, asked_for, offers, peer, path, parent, place, mark "
      "FROM downloads "
      "WHERE parent = ? ORDER BY seq");
  rows.with(parent);
  while (rows.step()) downloads.push_back(read(rows));
  for (auto& download : downloads) download.status.sources = fetched(download.plan.id);
  return downloads;
}

void DownloadStore::put(const StoredDownload& download) {
  const auto& [seq, plan, status, asked_for, offers, folder, parent, mark] = download;
  const auto finished = status.finished ? status.finished->time_since_epoch().count() : 0;
  put_.with(seq, plan.id, plan.content, plan.name, plan.folder.string(), plan.overwrite,
            plan.size_known ? static_cast<std::int64_t>(plan.size) : -1, name_of(status.state),
            status.why, plan.target, status.started.time_since_epoch().count(), finished);
  put_.bind_blob(13, plan.proven.data(), plan.proven.size());
  put_.bind(14, std::string_view(text_of(plan.given)));
  put_.bind(15, std::string_view(join(plan.liars)));
  put_.bind(16, asked_for);
  put_.bind(17, std::string_view(join(offers)));
  const auto of = folder.value_or(PeerFolder{});
  put_.bind_blob(18, of.peer.bytes.data(), of.peer.bytes.size());
  put_.bind(19, std::string_view(of.path));
  put_.bind(20, std::string_view(parent));
  put_.bind(21, std::string_view(plan.place.native()));
  const auto marked = mark ? mark->text() : std::string();
  put_.bind(22, std::string_view(marked));
  put_.run();
}

std::string DownloadStore::layer(const std::string& id) {
  auto row = database_.prepare("SELECT nodes FROM layers WHERE id = ?");
  row.with(id);
  return row.step() ? row.text(0) : std::string();
}

void DownloadStore::put_layer(const std::string& id, const std::string& layer) {
  auto put = database_.prepare("INSERT OR REPLACE INTO layers VALUES (?, ?)");
  put.bind(1, std::string_view(id)).bind_blob(2, layer.data(), layer.size());
  put.run();
}

void DownloadStore::drop_layer(const std::string& id) {
  database_.prepare("DELETE FROM layers WHERE id = ?").with(id).run();
}

void DownloadStore::put_all(const std::vector<const StoredDownload*>& downloads) {
  sqlite::Transaction transaction(database_);
  for (const auto* download : downloads) put(*download);
  transaction.commit();
}

void DownloadStore::remove(const std::string& id) { remove_all({id}); }

void DownloadStore::remove_all(const std::vector<std::string>& ids) {
  sqlite::Transaction transaction(database_);
  for (const auto& id : ids) drop(id);
  transaction.commit();
}

void DownloadStore::drop(const std::string& id) {
  database_.keep("DELETE FROM downloads WHERE id = ?")->with(id).run();
  database_.keep("DELETE FROM layers WHERE id = ?")->with(id).run();
  database_.keep("DELETE FROM fetched WHERE id = ?")->with(id).run();
}

void DownloadStore::put_fetched(const std::string& id, const std::vector<DownloadSource>& sources) {
  const auto gave = [](const DownloadSource& source) { return source.bytes > 0; };
  if (std::none_of(sources.begin(), sources.end(), gave)) return;
  sqlite::Transaction transaction(database_);
  database_.prepare("DELETE FROM fetched WHERE id = ?").with(id).run();
  auto put = database_.prepare("INSERT INTO fetched VALUES (?, ?, ?, ?, ?, ?)");
  std::size_t number = 0;
  for (const auto& source : sources)
    if (gave(source))
      put.with(id, number++, source.peer, source.name, source.url, source.bytes).run();
  transaction.commit();
}

std::vector<DownloadSource> DownloadStore::fetched(const std::string& id) {
  const auto rows = database_.keep("SELECT peer, name, url, bytes FROM fetched WHERE id = ?");
  rows->with(id);
  std::vector<DownloadSource> sources;
  while (rows->step())
    sources.push_back({rows->id<PeerId>(0), rows->text(1), rows->text(2),
                       static_cast<std::uint64_t>(rows->integer(3)), 0, "idle"});
  return sources;
}

}  // namespace swapmeet::transfer_swarm
