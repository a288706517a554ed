#include "transfer/swarm/inbox/offer_store.h"

#include <limits>

#include "swapmeet/listing.h"

namespace swapmeet::transfer_swarm {
namespace {

constexpr const char* kMigrations[] = {
    "CREATE TABLE offers (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, incoming INTEGER NOT "
    "NULL, peer BLOB NOT NULL, peer_name TEXT NOT NULL, content BLOB NOT NULL, name TEXT NOT NULL, "
    "size INTEGER NOT NULL, done INTEGER NOT NULL, state TEXT NOT NULL, download TEXT NOT NULL, "
    "why TEXT NOT NULL, created INTEGER NOT NULL, token TEXT NOT NULL, path BLOB NOT NULL, inode "
    "INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, hashed INTEGER NOT NULL, delivered INTEGER NOT "
    "NULL, told TEXT NOT NULL, told_done INTEGER NOT NULL, url TEXT NOT NULL);"
    "CREATE INDEX offers_of_state ON offers(state, incoming, peer);"
    "CREATE INDEX offers_of_content ON offers(content);"
    "CREATE TABLE trees (offer TEXT PRIMARY KEY REFERENCES offers(id) ON DELETE CASCADE, content "
    "BLOB NOT NULL, size INTEGER NOT NULL, span INTEGER NOT NULL, nodes BLOB NOT NULL)",
    "ALTER TABLE offers ADD COLUMN unanswered INTEGER NOT NULL DEFAULT 0",
    // Folders. A content occurs in one several times; its tree is kept once.
    "ALTER TABLE offers ADD COLUMN files INTEGER NOT NULL DEFAULT 0;"
    "CREATE TABLE files (offer TEXT NOT NULL REFERENCES offers(id) ON DELETE CASCADE, number "
    "INTEGER "
    "NOT NULL, path TEXT NOT NULL, content BLOB NOT NULL, size INTEGER NOT NULL, local BLOB NOT "
    "NULL, "
    "inode INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, hashed INTEGER NOT NULL, download TEXT NOT "
    "NULL, done INTEGER NOT NULL, PRIMARY KEY (offer, number)) WITHOUT ROWID;"
    "CREATE INDEX files_of_content ON files(content);"
    "ALTER TABLE trees RENAME TO old_trees;"
    "CREATE TABLE trees (offer TEXT NOT NULL REFERENCES offers(id) ON DELETE CASCADE, content BLOB "
    "NOT NULL, size INTEGER NOT NULL, span INTEGER NOT NULL, nodes BLOB NOT NULL, PRIMARY KEY "
    "(offer, "
    "content));"
    "INSERT INTO trees SELECT offer, content, size, span, nodes FROM old_trees;"
    "DROP TABLE old_trees",
    // When the inode changed; 0 is not known.
    R"sql(ALTER TABLE offers ADD COLUMN ctime_ns INTEGER NOT NULL DEFAULT 0;
ALTER TABLE files ADD COLUMN ctime_ns INTEGER NOT NULL DEFAULT 0)sql"};

constexpr const char* kSelect =
    "SELECT id, incoming, peer, peer_name, content, name, size, done, state, download, why, "
    "created, token, path, inode, mtime_ns, hashed, delivered, told, told_done, url, "
    "unanswered, files, ctime_ns FROM offers ";

std::string select(const char* where) { return std::string(kSelect) + where; }

OfferState state_at(const sqlite::Statement& row, int column) {
  return offer_state_from(row.text(column)).value_or(OfferState::failed);
}

}  // namespace

std::span<const char* const> OfferStore::migrations() { return kMigrations; }

OfferStore::OfferStore(const std::filesystem::path& file)
    : database_(file, {.durability = sqlite::Durability::full}) {
  sqlite::migrate(database_, kMigrations);
}

void OfferStore::put(const StoredOffer& stored) {
  const auto& offer = stored.offer;
  auto put = database_.prepare(
      "INSERT INTO offers (id, incoming, peer, peer_name, content, name, size, done, state, "
      "download, why, created, token, path, inode, mtime_ns, hashed, delivered, told, told_done, "
      "url, unanswered, files, ctime_ns) VALUES "
      "(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON "
      "CONFLICT(id) DO "
      "UPDATE SET "
      "content=excluded.content, size=excluded.size, done=excluded.done, state=excluded.state, "
      "download=excluded.download, why=excluded.why, path=excluded.path, inode=excluded.inode, "
      "mtime_ns=excluded.mtime_ns, hashed=excluded.hashed, delivered=excluded.delivered, "
      "told=excluded.told, told_done=excluded.told_done, unanswered=excluded.unanswered, "
      "inode=excluded.inode, mtime_ns=excluded.mtime_ns, ctime_ns=excluded.ctime_ns");
  put.with(offer.id, offer.incoming, offer.peer, offer.peer_name, offer.content, offer.name,
           offer.size, offer.done, name_of(offer.state), offer.download, offer.why,
           offer.created.time_since_epoch().count(), stored.token, "", stored.stamp.inode,
           stored.stamp.mtime_ns, stored.hashed, stored.delivered, name_of(stored.told),
           stored.told_done, stored.url, stored.unanswered.time_since_epoch().count(), offer.files,
           stored.stamp.ctime_ns);
  put.bind_blob(14, stored.path.data(), stored.path.size());
  put.run();
}

std::vector<StoredOffer> OfferStore::read(sqlite::Statement& rows) {
  std::vector<StoredOffer> found;
  while (rows.step()) {
    StoredOffer stored;
    auto& offer = stored.offer;
    offer.id = rows.text(0);
    offer.incoming = rows.integer(1) != 0;
    offer.peer = rows.id<PeerId>(2);
    offer.peer_name = rows.text(3);
    offer.content = rows.id<ContentId>(4);
    offer.name = rows.text(5);
    offer.size = static_cast<std::uint64_t>(rows.integer(6));
    offer.done = static_cast<std::uint64_t>(rows.integer(7));
    offer.state = state_at(rows, 8);
    offer.download = rows.text(9);
    offer.why = rows.text(10);
    offer.created = Time(std::chrono::milliseconds(rows.integer(11)));
    stored.token = rows.text(12);
    stored.path = rows.text(13);
    stored.stamp = {static_cast<std::uint64_t>(rows.integer(14)), offer.size, rows.integer(15),
                    rows.integer(23)};
    stored.hashed = rows.integer(16) != 0;
    stored.delivered = rows.integer(17) != 0;
    stored.told = state_at(rows, 18);
    stored.told_done = static_cast<std::uint64_t>(rows.integer(19));
    stored.url = rows.text(20);
    stored.unanswered = Time(std::chrono::milliseconds(rows.integer(21)));
    offer.files = static_cast<std::uint64_t>(rows.integer(22));
    found.push_back(std::move(stored));
  }
  return found;
}

std::optional<StoredOffer> OfferStore::find(const std::string& id) {
  auto rows = database_.prepare(select("WHERE id=?"));
  auto found = read(rows.with(id));
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

std::vector<StoredOffer> OfferStore::page(std::size_t limit, const std::string& after) {
  auto before = std::numeric_limits<std::int64_t>::max();
  if (!after.empty()) {
    auto row = database_.prepare("SELECT seq FROM offers WHERE id=?");
    row.with(after);
    before = row.step() ? row.integer(0) : 0;
  }
  auto rows = database_.prepare(select("WHERE seq<? ORDER BY seq DESC LIMIT ?"));
  return read(rows.with(before, limit));
}

std::vector<StoredOffer> OfferStore::unfinished() {
  auto rows = database_.prepare(
      select("WHERE state='accepted' OR (state='waiting' AND NOT incoming) OR ((delivered OR "
             "unanswered<>0) AND (told<>state OR told_done<>done)) ORDER BY seq"));
  return read(rows);
}

std::vector<StoredOffer> OfferStore::offered(const ContentId& content) {
  auto rows = database_.prepare(
      select("WHERE content=? AND files=0 AND NOT incoming AND state IN ('waiting', 'accepted')"));
  auto found = read(rows.with(content));
  auto in_folders = database_.prepare(
      "SELECT offer, min(number), files.path, files.size, local, files.inode, files.mtime_ns, "
      "files.ctime_ns FROM files JOIN offers ON offers.id=offer WHERE files.content=? AND NOT "
      "incoming AND state "
      "IN "
      "('waiting', 'accepted') GROUP BY offer");
  in_folders.with(content);
  while (in_folders.step()) {
    auto stored = find(in_folders.text(0));
    if (!stored) continue;
    auto& offer = stored->offer;
    offer.content = content;
    offer.name = std::string(name_of_path(in_folders.text(2)));
    offer.size = static_cast<std::uint64_t>(in_folders.integer(3));
    stored->path += '/' + in_folders.text(4);
    stored->stamp = {static_cast<std::uint64_t>(in_folders.integer(5)), offer.size,
                     in_folders.integer(6), in_folders.integer(7)};
    found.push_back(std::move(*stored));
  }
  return found;
}

void OfferStore::put(const StoredOffer& stored, const SentFiles& files) {
  sqlite::Transaction transaction(database_);
  put(stored);
  write(stored.offer.id, files);
  transaction.commit();
}

void OfferStore::put(const std::string& id, const SentFiles& files) {
  sqlite::Transaction transaction(database_);
  write(id, files);
  transaction.commit();
}

void OfferStore::write(const std::string& id, const SentFiles& files) {
  auto put = database_.prepare("INSERT OR REPLACE INTO files VALUES (?,?,?,?,?,?,?,?,?,?,?,?)");
  for (const auto& [number, one] : files) {
    put.with(id, number, one.file.path, one.file.content, one.file.size, "", one.stamp.inode,
             one.stamp.mtime_ns, one.hashed, one.download, one.done, one.stamp.ctime_ns);
    put.bind_blob(6, one.local.data(), one.local.size());
    put.run();
  }
}

SentFiles OfferStore::files(const std::string& id) {
  auto rows = database_.prepare(
      "SELECT number, path, content, size, local, inode, mtime_ns, hashed, download, done, "
      "ctime_ns "
      "FROM "
      "files "
      "WHERE offer=?");
  rows.with(id);
  SentFiles files;
  while (rows.step()) {
    SentFile one;
    one.file = {rows.text(1), rows.id<ContentId>(2), static_cast<std::uint64_t>(rows.integer(3))};
    one.local = rows.text(4);
    one.stamp = {static_cast<std::uint64_t>(rows.integer(5)), one.file.size, rows.integer(6),
                 rows.integer(10)};
    one.hashed = rows.integer(7) != 0;
    one.download = rows.text(8);
    one.done = rows.integer(9) != 0;
    files.emplace(static_cast<std::size_t>(rows.integer(0)), std::move(one));
  }
  return files;
}

std::vector<StoredOffer> OfferStore::undecided() {
  auto rows = database_.prepare(select("WHERE state='waiting' AND incoming ORDER BY seq"));
  return read(rows);
}

std::size_t OfferStore::waiting(const std::optional<PeerId>& peer) {
  auto row = database_.prepare(
      std::string("SELECT count(*) FROM offers WHERE state='waiting' AND incoming") +
      (peer ? " AND peer=?" : ""));
  if (peer) row.with(*peer);
  row.step();
  return static_cast<std::size_t>(row.integer(0));
}

void OfferStore::put_tree(const std::string& id, const MerkleTree& tree) {
  auto put = database_.prepare("INSERT OR REPLACE INTO trees VALUES (?, ?, ?, ?, ?)");
  put.with(id, tree.content, tree.size, tree.span);
  put.bind_blob(5, tree.layer.data(), tree.layer.size()).run();
}

std::optional<MerkleTree> OfferStore::tree(const std::string& id, const ContentId& content) {
  auto row =
      database_.prepare("SELECT content, size, span, nodes FROM trees WHERE offer=? AND content=?");
  row.with(id, content);
  if (!row.step()) return std::nullopt;
  return MerkleTree{row.id<ContentId>(0), static_cast<std::uint64_t>(row.integer(1)),
                    static_cast<std::uint64_t>(row.integer(2)), row.text(3)};
}

void OfferStore::forget_before(Time time) {
  database_.prepare("DELETE FROM offers WHERE created<? AND state IN ('refused', 'done', 'failed')")
      .with(time.time_since_epoch().count())
      .run();
}

}  // namespace swapmeet::transfer_swarm
