#include "transfer/swarm/catalogue.h"

#include <sqlite3.h>
#include <sys/random.h>

#include <algorithm>
#include <array>

#include "transfer/swarm/shown_name.h"

namespace swapmeet::swarm {
namespace {

using sqlite::Transaction;

constexpr const char* kMigrations[] = {R"sql(
CREATE TABLE meta(name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
INSERT INTO meta VALUES('latest', 0), ('oldest', 0);
CREATE TABLE shares(key INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE,
  folder BLOB NOT NULL, audience TEXT NOT NULL, configured INTEGER NOT NULL);
CREATE TABLE files(share INTEGER NOT NULL REFERENCES shares(key), path BLOB NOT NULL,
  shown TEXT NOT NULL UNIQUE, inode INTEGER NOT NULL, size INTEGER NOT NULL,
  mtime_ns INTEGER NOT NULL, content BLOB NOT NULL, revision INTEGER NOT NULL,
  PRIMARY KEY(share, path)) WITHOUT ROWID;
CREATE INDEX files_by_share ON files(share, size);
CREATE INDEX files_by_content ON files(content);
CREATE INDEX files_by_revision ON files(revision);
CREATE TABLE removed(shown TEXT PRIMARY KEY, revision INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX removed_by_revision ON removed(revision);
CREATE TABLE layers(content BLOB PRIMARY KEY, size INTEGER NOT NULL, span INTEGER NOT NULL,
  nodes BLOB NOT NULL);
)sql"};
constexpr std::int64_t kMostRemoved = 100'000;

std::string audience_text(const Audience& audience) {
  if (audience.everyone) return "*";
  std::string text;
  for (const auto& group : audience.groups) text += "g" + group + "\n";
  for (const auto& account : audience.accounts) text += "a" + account + "\n";
  return text;
}

Audience audience_from(const std::string& text) {
  Audience audience;
  if (text == "*") return audience;
  audience.everyone = false;
  for (std::size_t at = 0, end = 0; (end = text.find('\n', at)) != std::string::npos; at = end + 1)
    (text[at] == 'g' ? audience.groups : audience.accounts)
        .push_back(text.substr(at + 1, end - at - 1));
  return audience;
}

std::string random_feed() {
  std::array<std::uint8_t, 16> bytes{};
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    throw std::runtime_error("the system gives no random bytes");
  return to_hex(bytes.data(), bytes.size());
}

sqlite::Database& migrated(sqlite::Database& database) {
  sqlite::migrate(database, kMigrations);
  return database;
}

std::string feed_of(sqlite::Database& database) {
  migrated(database)
      .prepare("INSERT OR IGNORE INTO meta VALUES('feed', ?)")
      .with(random_feed())
      .run();
  auto row = database.prepare("SELECT value FROM meta WHERE name='feed'");
  row.step();
  return row.text(0);
}

FileStamp stamp_of(const sqlite::Statement& row, int column) {
  return {static_cast<std::uint64_t>(row.integer(column)),
          static_cast<std::uint64_t>(row.integer(column + 1)), row.integer(column + 2)};
}

void read_puts(sqlite::Database& reader, Revision after, std::size_t limit,
               std::vector<Change>& changes) {
  auto row = reader.prepare(
      "SELECT revision, shown, content, size, mtime_ns, audience FROM files f JOIN shares s"
      " ON s.key=f.share WHERE revision>? ORDER BY revision LIMIT ?");
  row.with(after, limit);
  while (row.step()) {
    Change change;
    change.revision = static_cast<Revision>(row.integer(0));
    change.listing.path = row.text(1);
    change.listing.content = row.id<ContentId>(2);
    change.listing.size = static_cast<std::uint64_t>(row.integer(3));
    change.listing.modified = Time(std::chrono::milliseconds(row.integer(4) / 1'000'000));
    change.listing.audience = audience_from(row.text(5));
    changes.push_back(std::move(change));
  }
}

void read_removals(sqlite::Database& reader, Revision after, std::size_t limit,
                   std::vector<Change>& changes) {
  auto row = reader.prepare(
      "SELECT revision, shown FROM removed WHERE revision>? ORDER BY revision LIMIT ?");
  row.with(after, limit);
  while (row.step()) {
    Change change;
    change.revision = static_cast<Revision>(row.integer(0));
    change.kind = ChangeKind::remove;
    change.listing.path = row.text(1);
    changes.push_back(std::move(change));
  }
}

}  // namespace

Catalogue::Catalogue(const std::filesystem::path& file)
    : writer_(file, {.durability = sqlite::Durability::full}),
      feed_(feed_of(writer_)),
      readers_(file, 4) {}

std::vector<StoredShare> Catalogue::shares() {
  std::vector<StoredShare> shares;
  auto reader = readers_.take();
  auto row = reader->prepare(
      "SELECT key, name, folder, audience, configured, count(f.share), total(f.size) FROM shares s"
      " LEFT JOIN files f ON f.share=s.key GROUP BY key ORDER BY name");
  while (row.step())
    shares.push_back({row.integer(0),
                      {row.text(1), row.text(2), audience_from(row.text(3))},
                      row.integer(4) != 0,
                      static_cast<std::uint64_t>(row.integer(5)),
                      static_cast<std::uint64_t>(row.integer(6))});
  return shares;
}

std::optional<StoredShare> Catalogue::share(const std::string& name) {
  for (auto& share : shares())
    if (share.spec.name == name) return std::move(share);
  return std::nullopt;
}

void Catalogue::put_share(const ShareSpec& spec, bool configured) {
  {
    const std::lock_guard lock(mutex_);
    Transaction transaction(writer_);
    auto old = writer_.prepare("SELECT key, folder, audience FROM shares WHERE name=?");
    old.with(spec.name);
    const bool known = old.step();
    const auto key = known ? old.integer(0) : 0;
    const bool moved = known && old.text(1) != spec.folder;
    const bool other_audience = known && audience_text(spec.audience) != old.text(2);
    old.reset();
    if (moved) drop_all(key);
    auto put = writer_.prepare(
        "INSERT INTO shares(name, folder, audience, configured) VALUES(?,?,?,?) ON CONFLICT(name)"
        " DO UPDATE SET folder=excluded.folder, audience=excluded.audience,"
        " configured=excluded.configured");
    put.bind(1, spec.name).bind_blob(2, spec.folder.data(), spec.folder.size());
    put.bind(3, audience_text(spec.audience)).bind(4, configured).run();
    if (other_audience && !moved) {  // every listing carries the audience
      writer_
          .prepare(
              "UPDATE files SET revision=?1+n.number FROM (SELECT path, row_number() OVER ()"
              " AS number FROM files WHERE share=?2) n WHERE share=?2 AND files.path=n.path")
          .with(next_revision(), key)
          .run();
      skip_revisions(key);
    }
    transaction.commit();
  }
  wake();
}

void Catalogue::remove_share(const std::string& name) {
  {
    const std::lock_guard lock(mutex_);
    Transaction transaction(writer_);
    auto row = writer_.prepare("SELECT key FROM shares WHERE name=?");
    row.with(name);
    if (!row.step()) return;
    const auto key = row.integer(0);
    row.reset();
    drop_all(key);
    writer_.prepare("DELETE FROM shares WHERE key=?").with(key).run();
    forget_old();
    transaction.commit();
  }
  wake();
}

std::optional<FileStamp> Catalogue::stamp(std::int64_t share, const std::string& path) {
  auto reader = readers_.take();
  auto row = reader->prepare("SELECT inode, size, mtime_ns FROM files WHERE share=? AND path=?");
  row.bind(1, share).bind_blob(2, path.data(), path.size());
  if (!row.step()) return std::nullopt;
  return stamp_of(row, 0);
}

std::optional<ContentId> Catalogue::content(std::int64_t share, const std::string& path,
                                            const FileStamp& stamp) {
  auto reader = readers_.take();
  auto row =
      reader->prepare("SELECT content, inode, size, mtime_ns FROM files WHERE share=? AND path=?");
  row.bind(1, share).bind_blob(2, path.data(), path.size());
  if (!row.step() || stamp_of(row, 1) != stamp) return std::nullopt;
  return row.id<ContentId>(0);
}

std::vector<std::string> Catalogue::paths(std::int64_t share, const std::string& after,
                                          std::size_t limit) {
  std::vector<std::string> paths;
  auto reader = readers_.take();
  auto row =
      reader->prepare("SELECT path FROM files WHERE share=? AND path>? ORDER BY path LIMIT ?");
  row.bind(1, share).bind_blob(2, after.data(), after.size());
  row.bind(3, static_cast<std::int64_t>(limit));
  while (row.step()) paths.emplace_back(row.view(0));
  return paths;
}

void Catalogue::commit(std::int64_t share, const std::vector<HashedFile>& files) {
  if (files.empty()) return;
  {
    const std::lock_guard lock(mutex_);
    Transaction transaction(writer_);
    auto name = writer_.prepare("SELECT name FROM shares WHERE key=?");
    name.with(share);
    if (!name.step()) return;
    const auto prefix = name.text(0) + '/';
    name.reset();
    auto put = writer_.prepare("INSERT OR REPLACE INTO files VALUES(?,?,?,?,?,?,?,?)");
    auto layer = writer_.prepare("INSERT OR IGNORE INTO layers VALUES(?,?,?,?)");
    auto back = writer_.prepare("DELETE FROM removed WHERE shown=?");
    for (const auto& file : files) {
      const auto shown = prefix + shown_name(file.path);
      const auto& tree = file.tree;
      const auto before = content_at(share, file.path);
      put.reset();
      put.bind(1, share).bind_blob(2, file.path.data(), file.path.size()).bind(3, shown);
      put.bind(4, static_cast<std::int64_t>(file.stamp.inode));
      put.bind(5, static_cast<std::int64_t>(file.stamp.size)).bind(6, file.stamp.mtime_ns);
      put.bind_blob(7, tree.content.bytes.data(), tree.content.bytes.size());
      put.bind(8, static_cast<std::int64_t>(next_revision())).run();
      layer.reset();
      layer.bind_blob(1, tree.content.bytes.data(), tree.content.bytes.size());
      layer.bind(2, static_cast<std::int64_t>(tree.size));
      layer.bind(3, static_cast<std::int64_t>(tree.span));
      layer.bind_blob(4, tree.layer.data(), tree.layer.size()).run();
      back.with(shown).run();
      if (before && *before != tree.content) forget_unused_layer(*before);
    }
    transaction.commit();
  }
  wake();
}

void Catalogue::remove(std::int64_t share, const std::vector<std::string>& paths) {
  if (paths.empty()) return;
  {
    const std::lock_guard lock(mutex_);
    Transaction transaction(writer_);
    for (const auto& path : paths) drop(share, path);
    forget_old();
    transaction.commit();
  }
  wake();
}

std::vector<ContentPlace> Catalogue::places(const ContentId& content) {
  std::vector<ContentPlace> places;
  auto reader = readers_.take();
  auto row = reader->prepare(
      "SELECT folder, path, shown, inode, size, mtime_ns, audience FROM files f"
      " JOIN shares s ON s.key=f.share WHERE content=? LIMIT 64");
  row.with(content);
  while (row.step())
    places.push_back({row.text(0) + '/' + row.text(1), std::string(name_of_path(row.view(2))),
                      stamp_of(row, 3), audience_from(row.text(6))});
  return places;
}

std::optional<MerkleTree> Catalogue::tree(const ContentId& content) {
  auto reader = readers_.take();
  auto row = reader->prepare("SELECT size, span, nodes FROM layers WHERE content=?");
  row.with(content);
  if (!row.step()) return std::nullopt;
  return MerkleTree{content, static_cast<std::uint64_t>(row.integer(0)),
                    static_cast<std::uint64_t>(row.integer(1)), std::string(row.view(2))};
}

Result<FeedState> Catalogue::state() {
  return sqlite::attempt([&]() -> Result<FeedState> {
    auto reader = readers_.take();
    auto row = reader->prepare(
        "SELECT (SELECT value FROM meta WHERE name='oldest'),"
        " (SELECT value FROM meta WHERE name='latest')");
    row.step();
    return FeedState{feed_, static_cast<Revision>(row.integer(0)),
                     static_cast<Revision>(row.integer(1))};
  });
}

Result<ChangeBatch> Catalogue::changes_after(Revision after, std::size_t limit) {
  return sqlite::attempt([&]() -> Result<ChangeBatch> {
    auto reader = readers_.take();
    reader->execute("BEGIN");  // one state for all that is read here
    struct End {
      sqlite::Database& database;
      ~End() { sqlite3_exec(database.handle(), "COMMIT", nullptr, nullptr, nullptr); }
    } const end{*reader};
    const auto oldest = reader->integer("SELECT value FROM meta WHERE name='oldest'");
    const auto latest = reader->integer("SELECT value FROM meta WHERE name='latest'");
    if ((after != 0 && after < static_cast<Revision>(oldest)) ||
        after > static_cast<Revision>(latest))
      return Error{ErrorCode::conflict,
                   "the catalogue's feed does not reach from revision " + std::to_string(after) +
                       "; start over from 0",
                   {}};
    ChangeBatch batch{feed_, after, static_cast<Revision>(latest), {}};
    read_puts(*reader, after, limit, batch.changes);
    read_removals(*reader, after, limit, batch.changes);
    std::sort(batch.changes.begin(), batch.changes.end(),
              [](const Change& a, const Change& b) { return a.revision < b.revision; });
    if (limit > 0 && batch.changes.size() >= limit) {  // there may be more between the two
      batch.changes.resize(limit);
      batch.upto = batch.changes.back().revision;
    }
    return batch;
  });
}

Registration Catalogue::on_advance(std::function<void()> wake) {
  const std::lock_guard lock(wakes_->mutex);
  const auto number = wakes_->next++;
  wakes_->wakes.emplace(number, std::move(wake));
  return Registration([wakes = wakes_, number] {
    const std::lock_guard guard(wakes->mutex);
    wakes->wakes.erase(number);
  });
}

void Catalogue::wake() {
  const std::lock_guard lock(wakes_->mutex);
  for (const auto& [number, call] : wakes_->wakes) call();
}

Revision Catalogue::next_revision() {
  auto next = writer_.prepare("UPDATE meta SET value=value+1 WHERE name='latest' RETURNING value");
  next.step();
  const auto revision = static_cast<Revision>(next.integer(0));
  next.run();
  return revision;
}

void Catalogue::drop(std::int64_t share, const std::string& path) {
  auto row = writer_.prepare("DELETE FROM files WHERE share=? AND path=? RETURNING shown, content");
  row.bind(1, share).bind_blob(2, path.data(), path.size());
  if (!row.step()) return;
  const auto shown = row.text(0);
  const auto content = row.id<ContentId>(1);
  row.run();
  writer_.prepare("INSERT OR REPLACE INTO removed VALUES(?,?)").with(shown, next_revision()).run();
  forget_unused_layer(content);
}

void Catalogue::forget_unused_layer(const ContentId& content) {
  writer_
      .prepare(
          "DELETE FROM layers WHERE content=?1 AND NOT EXISTS"
          " (SELECT 1 FROM files WHERE content=?1)")
      .with(content)
      .run();
}

std::optional<ContentId> Catalogue::content_at(std::int64_t share, const std::string& path) {
  auto row = writer_.prepare("SELECT content FROM files WHERE share=? AND path=?");
  row.bind(1, share).bind_blob(2, path.data(), path.size());
  if (!row.step()) return std::nullopt;
  return row.id<ContentId>(0);
}

void Catalogue::drop_all(std::int64_t share) {
  writer_
      .prepare(
          "INSERT OR REPLACE INTO removed SELECT shown, ?+row_number() OVER () FROM files"
          " WHERE share=?")
      .with(next_revision(), share)
      .run();
  skip_revisions(share);
  writer_.prepare("DELETE FROM files WHERE share=?").with(share).run();
  writer_.execute("DELETE FROM layers WHERE content NOT IN (SELECT content FROM files)");
}

// After one revision was given to each file of the share, on from next_revision().
void Catalogue::skip_revisions(std::int64_t share) {
  writer_
      .prepare(
          "UPDATE meta SET value=value+(SELECT count(*) FROM files WHERE share=?)"
          " WHERE name='latest'")
      .with(share)
      .run();
}

// A follower that stands before what is forgotten here must start over.
void Catalogue::forget_old() {
  if (writer_.integer("SELECT count(*) FROM removed") <= kMostRemoved) return;
  const auto revision =
      writer_.integer("SELECT revision FROM removed ORDER BY revision DESC LIMIT 1 OFFSET 50000");
  writer_.prepare("DELETE FROM removed WHERE revision<=?").with(revision).run();
  writer_.prepare("UPDATE meta SET value=? WHERE name='oldest'").with(revision).run();
}

}  // namespace swapmeet::swarm
