#include "registry/sqlite/store.h"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <map>

#include "registry/sqlite/codec.h"

namespace registry {
namespace {

using sqlite::Database;
using sqlite::Statement;
using sqlite::Transaction;

// revision: of the last change of the row. removed holds what is no longer there: a listing (path),
// or all listings of a peer (path is null).
constexpr const char* kMigrations[] = {R"sql(
CREATE TABLE meta(name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
INSERT INTO meta VALUES('latest', 0), ('oldest', 0);
CREATE TABLE peers(
  key INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, name TEXT NOT NULL, given TEXT NOT NULL,
  seen TEXT NOT NULL, port INTEGER NOT NULL, dialable INTEGER NOT NULL, account TEXT NOT NULL,
  token BLOB NOT NULL, present INTEGER NOT NULL, last_seen INTEGER NOT NULL,
  feed TEXT NOT NULL DEFAULT '', revision INTEGER NOT NULL DEFAULT 0,
  files INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0, flipped INTEGER NOT NULL);
CREATE INDEX peers_by_name ON peers(name, id);
CREATE INDEX peers_by_flip ON peers(flipped);
CREATE TABLE listings(
  peer INTEGER NOT NULL REFERENCES peers(key), path TEXT NOT NULL, content BLOB NOT NULL,
  size INTEGER NOT NULL, modified INTEGER NOT NULL, audience TEXT NOT NULL, attributes TEXT NOT NULL,
  have INTEGER, revision INTEGER NOT NULL, PRIMARY KEY(peer, path)) WITHOUT ROWID;
CREATE INDEX listings_by_content ON listings(content);
CREATE INDEX listings_by_revision ON listings(revision);
CREATE TABLE removed(revision INTEGER PRIMARY KEY, peer BLOB NOT NULL, path TEXT);
CREATE UNIQUE INDEX removed_by_path ON removed(peer, path);
)sql"};

constexpr std::size_t kMostNames = 20;
constexpr std::size_t kMostSources = 200;

std::string random_name() {
  std::array<std::uint8_t, 16> bytes{};
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    throw std::runtime_error("the system gives no random numbers");
  return to_hex(bytes.data(), bytes.size());
}

constexpr const char* kPeerColumns =
    "id, name, given, seen, port, dialable, account, present, last_seen, files, bytes";

PeerRecord read_peer(const Statement& row) {
  PeerRecord peer;
  peer.id = row.id<PeerId>(0);
  peer.name = row.text(1);
  peer.seen_address = row.text(3);
  peer.address = row.view(2).empty() ? peer.seen_address : row.text(2);
  peer.port = static_cast<std::uint16_t>(row.integer(4));
  peer.dialable = row.integer(5) != 0;
  peer.account = row.text(6);
  peer.present = row.integer(7) != 0;
  peer.last_seen = Time(std::chrono::milliseconds(row.integer(8)));
  peer.files = static_cast<std::uint64_t>(row.integer(9));
  peer.bytes = static_cast<std::uint64_t>(row.integer(10));
  return peer;
}

// Columns path, content, size, modified, audience, attributes, have from `first` on.
Listing read_listing(const Statement& row, int first) {
  Listing listing;
  listing.path = row.text(first);
  listing.content = row.id<ContentId>(first + 1);
  listing.size = static_cast<std::uint64_t>(row.integer(first + 2));
  listing.modified = Time(std::chrono::milliseconds(row.integer(first + 3)));
  listing.audience = audience_from(row.view(first + 4));
  listing.attributes = attributes_from(row.view(first + 5));
  if (!row.is_null(first + 6)) listing.have = static_cast<std::uint64_t>(row.integer(first + 6));
  return listing;
}

constexpr const char* kListingColumns =
    "l.path, l.content, l.size, l.modified, l.audience, l.attributes, l.have";

}  // namespace

Store::Store(const std::filesystem::path& folder)
    : writer_(folder / "registry.db"),
      readers_(
          [&]() -> std::filesystem::path {
            sqlite::migrate(writer_, kMigrations);
            return folder / "registry.db";
          }(),
          4) {
  auto feed = writer_.prepare("SELECT value FROM meta WHERE name='feed'");
  if (feed.step()) {
    feed_ = feed.text(0);
  } else {
    feed_ = random_name();
    writer_.prepare("INSERT INTO meta VALUES('feed', ?)").with(feed_).run();
  }
  latest_ = static_cast<Revision>(writer_.integer("SELECT value FROM meta WHERE name='latest'"));
}

// Within a transaction; written back by its end, and taken back when it fails.
Revision Store::next_revision() {
  auto raise = writer_.prepare("UPDATE meta SET value=value+1 WHERE name='latest' RETURNING value");
  raise.step();
  const auto revision = static_cast<Revision>(raise.integer(0));
  raise.run();
  return revision;
}

std::int64_t Store::peer_key(Database& database, const PeerId& peer) {
  auto row = database.prepare("SELECT key FROM peers WHERE id=?");
  row.with(peer);
  return row.step() ? row.integer(0) : 0;
}

std::optional<StoredPeer> Store::peer(const PeerId& id) {
  auto reader = readers_.take();
  auto row =
      reader->prepare(std::string("SELECT ") + kPeerColumns + ", token FROM peers WHERE id=?");
  row.with(id);
  if (!row.step()) return std::nullopt;
  return StoredPeer{read_peer(row), row.text(11)};
}

void Store::put_peer(const StoredPeer& peer) {
  const std::lock_guard lock(mutex_);
  Transaction transaction(writer_);
  const auto& record = peer.record;
  auto old = writer_.prepare("SELECT present, name, flipped FROM peers WHERE id=?");
  old.with(record.id);
  const bool known = old.step();
  const bool same = known && old.integer(0) != 0 && old.view(1) == record.name;
  const auto flipped = same ? static_cast<Revision>(old.integer(2)) : next_revision();
  old.reset();
  auto put = writer_.prepare(
      "INSERT INTO peers(id, name, given, seen, port, dialable, account, token, present, "
      "last_seen, flipped)"
      " VALUES(?,?,?,?,?,?,?,?,1,?,?) ON CONFLICT(id) DO UPDATE SET name=excluded.name, "
      "given=excluded.given,"
      " seen=excluded.seen, port=excluded.port, dialable=excluded.dialable, "
      "account=excluded.account,"
      " present=1, last_seen=excluded.last_seen, flipped=excluded.flipped");
  put.with(record.id, record.name, record.address, record.seen_address, record.port,
           record.dialable, record.account);
  put.bind_blob(8, peer.token_hash.data(), peer.token_hash.size());
  put.bind(9, record.last_seen.time_since_epoch().count());
  put.bind(10, static_cast<std::int64_t>(flipped)).run();
  transaction.commit();
}

void Store::set_present(std::span<const PeerId> peers, bool present, Time now) {
  const std::lock_guard lock(mutex_);
  Transaction transaction(writer_);
  auto is_other = writer_.prepare("SELECT 1 FROM peers WHERE id=? AND present<>?");
  auto flip = writer_.prepare("UPDATE peers SET present=?, last_seen=?, flipped=? WHERE id=?");
  for (const auto& peer : peers) {
    is_other.with(peer, present);
    if (!is_other.step()) continue;
    is_other.reset();
    flip.with(present, now.time_since_epoch().count(), next_revision(), peer).run();
  }
  transaction.commit();
}

std::size_t Store::forget_absent_since(Time limit) {
  const std::lock_guard lock(mutex_);
  Transaction transaction(writer_);
  std::vector<std::int64_t> keys;
  auto old = writer_.prepare("SELECT key FROM peers WHERE present=0 AND last_seen<? LIMIT 100");
  old.with(limit.time_since_epoch().count());
  while (old.step()) keys.push_back(old.integer(0));
  old.reset();
  for (const auto key : keys) {
    clear_peer(key);
    writer_.prepare("DELETE FROM peers WHERE key=?").with(key).run();
  }
  transaction.commit();
  return keys.size();
}

std::vector<PeerId> Store::present_peers() {
  std::vector<PeerId> peers;
  auto reader = readers_.take();
  auto row = reader->prepare("SELECT id FROM peers WHERE present=1");
  while (row.step()) peers.push_back(row.id<PeerId>(0));
  return peers;
}

Page<PeerRecord> Store::peers(const PeerQuery& query) {
  Page<PeerRecord> page;
  const auto [name, id] = split_cursor(query.page.after);
  auto reader = readers_.take();
  auto row =
      reader->prepare(std::string("SELECT ") + kPeerColumns +
                      " FROM peers WHERE (name, id) > (?1, ?2) AND (present OR ?3=0)"
                      " AND (?4='' OR instr(lower(name), lower(?4))>0) ORDER BY name, id LIMIT ?5");
  row.bind(1, name).bind_blob(2, id.data(), id.size()).bind(3, query.present_only);
  row.bind(4, query.name).bind(5, static_cast<std::int64_t>(query.page.limit) + 1);
  while (row.step()) page.items.push_back(read_peer(row));
  if (page.items.size() > query.page.limit) {
    page.items.pop_back();
    const auto& last = page.items.back();
    page.next = join_cursor(last.name,
                            {reinterpret_cast<const char*>(last.id.bytes.data()), PeerId::kSize});
  }
  return page;
}

FeedPosition Store::announced(const PeerId& peer) {
  auto reader = readers_.take();
  auto row = reader->prepare("SELECT feed, revision FROM peers WHERE id=?");
  row.with(peer);
  if (!row.step()) return {};
  return {row.text(0), static_cast<Revision>(row.integer(1))};
}

void Store::put_listing(std::int64_t key, const Listing& listing) {
  remove_listing(key, listing.path);
  auto put = writer_.prepare("INSERT INTO listings VALUES(?,?,?,?,?,?,?,?,?)");
  put.with(key, listing.path, listing.content, listing.size,
           listing.modified.time_since_epoch().count(), audience_text(listing.audience),
           attributes_text(listing.attributes));
  if (listing.have)
    put.bind(8, static_cast<std::int64_t>(*listing.have));
  else
    put.bind_null(8);
  put.bind(9, static_cast<std::int64_t>(next_revision())).run();
  writer_.prepare("DELETE FROM removed WHERE peer=(SELECT id FROM peers WHERE key=?) AND path=?")
      .with(key, listing.path)
      .run();
  writer_.prepare("UPDATE peers SET files=files+1, bytes=bytes+? WHERE key=?")
      .with(listing.size, key)
      .run();
}

void Store::remove_listing(std::int64_t key, const std::string& path) {
  auto old = writer_.prepare("DELETE FROM listings WHERE peer=? AND path=? RETURNING size");
  old.with(key, path);
  if (!old.step()) return;
  const auto size = old.integer(0);
  old.run();
  writer_.prepare("UPDATE peers SET files=files-1, bytes=bytes-? WHERE key=?")
      .with(size, key)
      .run();
  writer_.prepare("INSERT OR REPLACE INTO removed SELECT ?, id, ? FROM peers WHERE key=?")
      .with(next_revision(), path, key)
      .run();
}

void Store::clear_peer(std::int64_t key) {
  writer_.prepare("DELETE FROM listings WHERE peer=?").with(key).run();
  writer_.prepare("DELETE FROM removed WHERE peer=(SELECT id FROM peers WHERE key=?)")
      .with(key)
      .run();
  writer_.prepare("UPDATE peers SET files=0, bytes=0 WHERE key=?").with(key).run();
  writer_.prepare("INSERT INTO removed SELECT ?, id, NULL FROM peers WHERE key=?")
      .with(next_revision(), key)
      .run();
}

Result<FeedPosition> Store::announce(const PeerId& peer, const ChangeBatch& batch) {
  for (const auto& change : batch.changes)
    if (change.kind == ChangeKind::put || change.kind == ChangeKind::remove)
      if (auto checked = check_path(change.listing.path); !checked)
        return std::move(checked).error();
  const std::lock_guard lock(mutex_);
  Transaction transaction(writer_);
  auto row = writer_.prepare("SELECT key, feed, revision FROM peers WHERE id=?");
  row.with(peer);
  if (!row.step()) return Error{ErrorCode::not_found, "this peer is not registered here", {}};
  const auto key = row.integer(0);
  const FeedPosition stands{row.text(1), static_cast<Revision>(row.integer(2))};
  row.reset();
  if (batch.base != 0 && stands != FeedPosition{batch.feed, batch.base})
    return Error{ErrorCode::conflict,
                 "the index stands at revision " + std::to_string(stands.revision) + " of feed '" +
                     stands.feed + "'; go on from there, or start over with base 0",
                 {}};
  if (batch.base == 0) clear_peer(key);
  for (const auto& change : batch.changes) {
    if (change.kind == ChangeKind::put)
      put_listing(key, change.listing);
    else if (change.kind == ChangeKind::remove)
      remove_listing(key, change.listing.path);
    else if (change.kind == ChangeKind::clear)
      clear_peer(key);
  }
  writer_.prepare("UPDATE peers SET feed=?, revision=? WHERE key=?")
      .with(batch.feed, batch.upto, key)
      .run();
  transaction.commit();
  return FeedPosition{batch.feed, batch.upto};
}

Page<Listing> Store::browse(const PeerId& peer, const BrowseQuery& query, const Identity& viewer) {
  Page<Listing> page;
  auto reader = readers_.take();
  auto row = reader->prepare(
      std::string("SELECT ") + kListingColumns +
      " FROM listings l WHERE peer=?1 AND path>?2 AND (?3='' OR substr(path,1,length(?3))=?3)"
      " ORDER BY path");
  const std::string folder =
      query.folder.empty() || query.folder.ends_with('/') ? query.folder : query.folder + '/';
  row.bind(1, peer_key(*reader, peer))
      .bind(2, std::max(split_cursor(query.page.after).first, folder))
      .bind(3, folder);
  while (row.step()) {
    auto listing = read_listing(row, 0);
    if (!listing.audience.admits(viewer)) continue;
    if (!folder.empty() && !listing.path.starts_with(folder)) break;
    if (page.items.size() == query.page.limit) {
      page.next = join_cursor(page.items.back().path, "");
      break;
    }
    page.items.push_back(std::move(listing));
  }
  return page;
}

Result<ContentRecord> Store::content(const ContentId& content, const Identity& viewer) {
  ContentRecord record;
  record.content = content;
  std::map<std::string, int> uses;
  auto reader = readers_.take();
  auto row = reader->prepare(
      std::string("SELECT ") + kListingColumns +
      ", p.id, p.name, p.given, p.seen, p.port, p.present FROM listings l"
      " JOIN peers p ON p.key=l.peer WHERE l.content=? ORDER BY p.present DESC, p.key");
  row.with(content);
  bool found = false;
  while (row.step()) {
    const auto listing = read_listing(row, 0);
    if (!listing.audience.admits(viewer)) continue;
    found = true;
    record.size = listing.size;
    ++uses[std::string(name_of_path(listing.path))];
    const auto id = row.id<PeerId>(7);
    const bool again = !record.sources.empty() && record.sources.back().peer == id;
    if (row.integer(12) == 0 || again || record.sources.size() >= kMostSources) continue;
    const auto host = row.view(9).empty() ? row.text(10) : row.text(9);
    record.sources.push_back({id, row.text(8),
                              "http://" + host_in_url(host) + ':' +
                                  std::to_string(row.integer(11)) + "/content/" + content.text(),
                              listing.have.value_or(listing.size)});
  }
  if (!found)
    return Error{ErrorCode::not_found, "nobody has announced the content " + content.text(), {}};
  std::vector<std::pair<int, std::string>> names;
  for (const auto& [name, count] : uses) names.emplace_back(-count, name);
  std::sort(names.begin(), names.end());
  for (std::size_t i = 0; i < names.size() && i < kMostNames; ++i)
    record.names.push_back(names[i].second);
  return record;
}

RegistryCounts Store::counts() {
  auto reader = readers_.take();
  auto row = reader->prepare(
      "SELECT count(*), total(present), total(files*present), total(bytes*present) FROM peers");
  row.step();
  const auto number = [&](int column) { return static_cast<std::uint64_t>(row.integer(column)); };
  return {number(0), number(1), number(2), number(3)};
}

FeedState Store::feed_state() {
  auto reader = readers_.take();
  const auto number = [&](const char* sql) { return static_cast<Revision>(reader->integer(sql)); };
  return {feed_, number("SELECT value FROM meta WHERE name='oldest'"),
          number("SELECT value FROM meta WHERE name='latest'")};
}

Result<ChangeBatch> Store::changes_after(Revision after, std::size_t limit) {
  auto reader = readers_.take();
  reader->execute("BEGIN");  // one state for all that is read here
  struct End {
    Database& database;
    ~End() { database.execute("COMMIT"); }
  } const end{*reader};
  const auto oldest =
      static_cast<Revision>(reader->integer("SELECT value FROM meta WHERE name='oldest'"));
  const auto latest =
      static_cast<Revision>(reader->integer("SELECT value FROM meta WHERE name='latest'"));
  if ((after != 0 && after < oldest) || after > latest)
    return Error{
        ErrorCode::conflict, "the feed does not reach from revision " + std::to_string(after), {}};
  ChangeBatch batch{feed_, after, latest, {}};
  const auto most = static_cast<std::int64_t>(limit);

  auto puts = reader->prepare(std::string("SELECT ") + kListingColumns +
                              ", l.revision, p.id FROM listings l JOIN peers p ON p.key=l.peer"
                              " WHERE l.revision>? ORDER BY l.revision LIMIT ?");
  puts.with(after, most);
  while (puts.step())
    batch.changes.push_back({static_cast<Revision>(puts.integer(7)),
                             ChangeKind::put,
                             puts.id<PeerId>(8),
                             {},
                             read_listing(puts, 0)});
  auto removed = reader->prepare(
      "SELECT revision, peer, path FROM removed WHERE revision>? ORDER BY revision LIMIT ?");
  removed.with(after, most);
  while (removed.step()) {
    Change change{static_cast<Revision>(removed.integer(0)),
                  ChangeKind::clear,
                  removed.id<PeerId>(1),
                  {},
                  {}};
    if (!removed.is_null(2)) {
      change.kind = ChangeKind::remove;
      change.listing.path = removed.text(2);
    }
    batch.changes.push_back(std::move(change));
  }
  auto flips = reader->prepare(
      "SELECT flipped, id, name, present FROM peers WHERE flipped>? ORDER BY flipped LIMIT ?");
  flips.with(after, most);
  while (flips.step())
    batch.changes.push_back({static_cast<Revision>(flips.integer(0)),
                             flips.integer(3) != 0 ? ChangeKind::present : ChangeKind::absent,
                             flips.id<PeerId>(1),
                             flips.text(2),
                             {}});
  std::sort(batch.changes.begin(), batch.changes.end(),
            [](const Change& a, const Change& b) { return a.revision < b.revision; });
  if (batch.changes.size() >= limit) {  // there may be more between the three
    batch.changes.resize(limit);
    batch.upto = batch.changes.back().revision;
  }
  return batch;
}

}  // namespace registry
