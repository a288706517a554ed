#include "search/fts/store.h"

#include <algorithm>
#include <charconv>
#include <tuple>
#include <unordered_map>

#include "search/fts/query_sql.h"
#include "swapmeet/listing.h"
#include "swapmeet/matching.h"
#include "swapmeet/query.h"

namespace search_fts {
namespace {

using sqlite::Database;
using sqlite::Statement;
using sqlite::Transaction;

// A doc is one (content, path, audience), however many peers list it.
constexpr const char* kMigrations[] = {R"sql(
CREATE TABLE meta(feed TEXT NOT NULL, revision INTEGER NOT NULL);
INSERT INTO meta VALUES('', 0);
CREATE TABLE peers(key INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, name TEXT NOT NULL DEFAULT '',
  folded TEXT NOT NULL DEFAULT '', present INTEGER NOT NULL DEFAULT 0);
CREATE TABLE audiences(key INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
CREATE TABLE docs(key INTEGER PRIMARY KEY, content BLOB NOT NULL, path TEXT NOT NULL,
  audience INTEGER NOT NULL, folded TEXT NOT NULL, name TEXT NOT NULL, size INTEGER NOT NULL,
  type INTEGER NOT NULL, ext TEXT NOT NULL, modified INTEGER NOT NULL,
  UNIQUE(content, path, audience));
CREATE TABLE listings(peer INTEGER NOT NULL, path TEXT NOT NULL, doc INTEGER NOT NULL,
  PRIMARY KEY(peer, path)) WITHOUT ROWID;
CREATE INDEX listings_by_doc ON listings(doc, peer);
CREATE VIRTUAL TABLE words USING fts5(name, path, tokenize='unicode61 remove_diacritics 2');
)sql"};

constexpr std::size_t kMostContents = 200'000;  // that one query weighs, to bound its memory
constexpr const char* kPresent =
    " AND EXISTS(SELECT 1 FROM listings l JOIN peers p ON p.key=l.peer"
    " WHERE l.doc=d.key AND p.present)";

std::string audience_text(const Audience& audience) {
  if (audience.everyone) return {};
  std::string text = "only\n";
  for (const auto& group : audience.groups) text += "g" + group + '\n';
  for (const auto& account : audience.accounts) text += "a" + account + '\n';
  return text;
}

Audience audience_from(std::string_view text) {
  Audience audience;
  audience.everyone = text.empty();
  if (!text.empty()) text.remove_prefix(std::min<std::size_t>(5, text.size()));
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    auto& list = text[0] == 'g' ? audience.groups : audience.accounts;
    if (end > 0) list.emplace_back(text.substr(1, end - 1));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return audience;
}

// " AND d.audience IN (…)": the audiences that admit the viewer.
std::string visible_to(Database& database, const Identity& viewer) {
  std::string keys;
  auto row = database.prepare("SELECT key, text FROM audiences");
  while (row.step())
    if (audience_from(row.view(1)).admits(viewer))
      keys += (keys.empty() ? "" : ",") + std::to_string(row.integer(0));
  return " AND d.audience IN (" + keys + ")";
}

struct Found {
  Hit hit;
  bool in_name = false;
  std::int64_t modified = 0;
};

bool better_listing(const Found& a, const Found& b) {
  if (a.in_name != b.in_name) return a.in_name;
  return std::tie(a.hit.name, a.hit.path) < std::tie(b.hit.name, b.hit.path);
}

bool comes_before(const Found& a, const Found& b, SortOrder sort) {
  if (sort == SortOrder::sources && a.hit.sources != b.hit.sources)
    return a.hit.sources > b.hit.sources;
  if (sort == SortOrder::size && a.hit.size != b.hit.size) return a.hit.size > b.hit.size;
  if (sort == SortOrder::newest && a.modified != b.modified) return a.modified > b.modified;
  if (a.in_name != b.in_name) return a.in_name;
  if (a.hit.sources != b.hit.sources) return a.hit.sources > b.hit.sources;
  return std::tie(a.hit.name, a.hit.content) < std::tie(b.hit.name, b.hit.content);
}

std::vector<Found> find(Database& database, const Query& query, const std::string& visible) {
  const auto match = match_of(query);
  const auto condition = condition_of(query);
  const std::string in_name =
      match.empty() ? "0" : "d.key IN (SELECT rowid FROM words WHERE words MATCH ?)";
  auto row =
      database.prepare("SELECT d.content, d.name, d.path, d.size, d.type, d.modified, " + in_name +
                       " FROM docs d WHERE 1" + condition.sql + visible + kPresent);
  int index = 0;
  if (!match.empty()) row.bind(++index, "{name} : (" + match + ")");
  for (const auto& value : condition.values)
    std::visit([&](const auto& bound) { row.bind(++index, bound); }, value);
  std::unordered_map<ContentId, Found> contents;
  while (row.step() && contents.size() < kMostContents) {
    Found found;
    found.hit.content = row.id<ContentId>(0);
    found.hit.name = row.text(1);
    found.hit.path = row.text(2);
    found.hit.size = static_cast<std::uint64_t>(row.integer(3));
    found.hit.type = static_cast<MediaType>(row.integer(4));
    found.modified = row.integer(5);
    found.in_name = row.integer(6) != 0;
    const auto [at, is_new] = contents.try_emplace(found.hit.content, found);
    if (!is_new && better_listing(found, at->second)) at->second = std::move(found);
  }
  std::vector<Found> all;
  all.reserve(contents.size());
  for (auto& entry : contents) all.push_back(std::move(entry.second));
  return all;
}

void count_sources(Database& database, std::vector<Found>& all, const std::string& visible) {
  auto row = database.prepare(
      "SELECT count(DISTINCT l.peer) FROM docs d JOIN listings l ON l.doc=d.key"
      " JOIN peers p ON p.key=l.peer WHERE d.content=? AND p.present" +
      visible);
  for (auto& found : all) {
    row.with(found.hit.content);
    if (row.step()) found.hit.sources = static_cast<std::uint32_t>(row.integer(0));
  }
}

void add_names(Database& database, Hit& hit, const std::string& visible) {
  auto row = database.prepare("SELECT DISTINCT d.name FROM docs d WHERE d.content=? AND d.name<>?" +
                              visible + kPresent + " ORDER BY d.name LIMIT 10");
  row.with(hit.content, hit.name);
  while (row.step()) hit.names.push_back(row.text(0));
}

Result<std::size_t> offset_of(const std::string& after) {
  std::size_t offset = 0;
  const auto* end = after.data() + after.size();
  if (after.empty()) return offset;
  const auto [stop, error] = std::from_chars(after.data(), end, offset);
  if (error == std::errc{} && stop == end) return offset;
  return Error{ErrorCode::invalid_argument,
               "'after' is no place in these results; use the 'next' of the page before",
               {}};
}

}  // namespace

Store::Store(const std::filesystem::path& folder, std::size_t max_results)
    : writer_(folder / "search.db", {.durability = sqlite::Durability::normal}),
      readers_(
          [&]() -> std::filesystem::path {
            sqlite::migrate(writer_, kMigrations);
            return folder / "search.db";
          }(),
          4),
      max_results_(max_results) {}

Result<SearchPage> Store::search(const SearchRequest& request) {
  return sqlite::attempt([&]() -> Result<SearchPage> {
    auto query = parse_query(request.query);
    if (!query) return std::move(query).error();
    const auto offset = offset_of(request.page.after);
    if (!offset) return offset.error();
    auto reader = readers_.take();
    reader->execute("BEGIN");  // one state for all that is read here
    struct End {
      Database& database;
      ~End() { database.execute("COMMIT"); }
    } const end{*reader};
    const auto visible = visible_to(*reader, request.viewer);
    auto all = find(*reader, *query, visible);
    count_sources(*reader, all, visible);
    std::sort(all.begin(), all.end(),
              [&](const Found& a, const Found& b) { return comes_before(a, b, request.sort); });
    if (all.size() > max_results_) all.resize(max_results_);
    SearchPage page{request.query, all.size(), {}, {}};
    const auto first = std::min(*offset, all.size());
    const auto last =
        first + std::min(std::max<std::size_t>(request.page.limit, 1), all.size() - first);
    for (auto i = first; i < last; ++i) {
      add_names(*reader, all[i].hit, visible);
      page.hits.push_back(std::move(all[i].hit));
    }
    if (last < all.size()) page.next = std::to_string(last);
    return page;
  });
}

FeedPosition Store::position(Database& database) {
  auto row = database.prepare("SELECT feed, revision FROM meta");
  row.step();
  return {row.text(0), static_cast<Revision>(row.integer(1))};
}

Result<FeedPosition> Store::applied() {
  return sqlite::attempt([&]() -> Result<FeedPosition> {
    auto reader = readers_.take();
    return position(*reader);
  });
}

Result<void> Store::apply(const ChangeBatch& batch) {
  return sqlite::attempt([&]() -> Result<void> {
    const std::lock_guard lock(mutex_);
    Transaction transaction(writer_);
    const auto stands = position(writer_);
    if (batch.base != 0 && stands != FeedPosition{batch.feed, batch.base})
      return Error{ErrorCode::conflict,
                   "the search index stands at revision " + std::to_string(stands.revision) +
                       " of feed '" + stands.feed +
                       "'; go on from there, or start over with base 0",
                   {}};
    if (batch.base == 0)
      writer_.execute(
          "DELETE FROM words; DELETE FROM listings; DELETE FROM docs; DELETE FROM peers;"
          " DELETE FROM audiences;");
    for (const auto& change : batch.changes) apply_change(change);
    writer_.prepare("UPDATE meta SET feed=?, revision=?").with(batch.feed, batch.upto).run();
    transaction.commit();
    return {};
  });
}

void Store::apply_change(const Change& change) {
  const auto peer = peer_key(change.peer);
  if (change.kind == ChangeKind::put) {
    drop_listing(peer, change.listing.path);
    writer_.prepare("INSERT INTO listings VALUES(?,?,?)")
        .with(peer, change.listing.path, doc_key(change.listing))
        .run();
  } else if (change.kind == ChangeKind::remove) {
    drop_listing(peer, change.listing.path);
  } else if (change.kind == ChangeKind::clear) {
    clear_peer(peer);
  } else if (change.kind == ChangeKind::present) {
    writer_.prepare("UPDATE peers SET present=1, name=?, folded=? WHERE key=?")
        .with(change.peer_name, fold(change.peer_name), peer)
        .run();
  } else {
    writer_.prepare("UPDATE peers SET present=0 WHERE key=?").with(peer).run();
  }
}

std::int64_t Store::peer_key(const PeerId& peer) {
  auto row = writer_.prepare("SELECT key FROM peers WHERE id=?");
  row.with(peer);
  if (row.step()) return row.integer(0);
  writer_.prepare("INSERT INTO peers(id) VALUES(?)").with(peer).run();
  return writer_.last_insert_id();
}

std::int64_t Store::audience_key(const Audience& audience) {
  const auto text = audience_text(audience);
  auto row = writer_.prepare("SELECT key FROM audiences WHERE text=?");
  row.with(text);
  if (row.step()) return row.integer(0);
  writer_.prepare("INSERT INTO audiences(text) VALUES(?)").with(text).run();
  return writer_.last_insert_id();
}

std::int64_t Store::doc_key(const Listing& listing) {
  const auto audience = audience_key(listing.audience);
  auto row = writer_.prepare("SELECT key FROM docs WHERE content=? AND path=? AND audience=?");
  row.with(listing.content, listing.path, audience);
  if (row.step()) return row.integer(0);
  const auto name = name_of_path(listing.path);
  writer_
      .prepare(
          "INSERT INTO docs(content, path, audience, folded, name, size, type, ext, modified)"
          " VALUES(?,?,?,?,?,?,?,?,?)")
      .with(listing.content, listing.path, audience, fold(listing.path), name, listing.size,
            static_cast<std::int64_t>(media_type_of(name)), extension_of(name),
            listing.modified.time_since_epoch().count())
      .run();
  const auto key = writer_.last_insert_id();
  writer_.prepare("INSERT INTO words(rowid, name, path) VALUES(?,?,?)")
      .with(key, index_words(name), index_words(listing.path))
      .run();
  return key;
}

void Store::drop_listing(std::int64_t peer, const std::string& path) {
  auto row = writer_.prepare("DELETE FROM listings WHERE peer=? AND path=? RETURNING doc");
  row.with(peer, path);
  if (!row.step()) return;
  const auto doc = row.integer(0);
  row.run();
  drop_doc_if_unused(doc);
}

void Store::drop_doc_if_unused(std::int64_t doc) {
  auto used = writer_.prepare("SELECT 1 FROM listings WHERE doc=? LIMIT 1");
  used.with(doc);
  if (used.step()) return;
  writer_.prepare("DELETE FROM words WHERE rowid=?").with(doc).run();
  writer_.prepare("DELETE FROM docs WHERE key=?").with(doc).run();
}

void Store::clear_peer(std::int64_t peer) {
  std::vector<std::int64_t> docs;
  auto row = writer_.prepare("DELETE FROM listings WHERE peer=? RETURNING doc");
  row.with(peer);
  while (row.step()) docs.push_back(row.integer(0));
  row.reset();
  for (const auto doc : docs) drop_doc_if_unused(doc);
}

}  // namespace search_fts
