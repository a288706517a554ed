// Peers and their presence, and what is asked about them.
#include "registry/sqlite/store.h"

#include <algorithm>
#include <map>

#include "registry/sqlite/copies.h"
#include "registry/sqlite/folder_levels.h"
#include "registry/sqlite/probe.h"
#include "registry/sqlite/rows.h"
#include "registry/sqlite/share_tallies.h"
#include "swapmeet/address_range.h"
#include "swapmeet/query.h"

namespace swapmeet::registry_sqlite {
namespace {

constexpr std::size_t kMostNames = 20;
constexpr std::size_t kMostSources = 200;
constexpr std::size_t kMostLocked = 1'000;

std::filesystem::path file_in(const std::filesystem::path& folder) {
  return folder / "registry.db";
}

// The different names of a content, most used first.
std::vector<std::string> most_used(const std::map<std::string, int>& uses) {
  std::vector<std::pair<int, std::string>> ordered;
  ordered.reserve(uses.size());
  for (const auto& [name, count] : uses) ordered.emplace_back(-count, name);
  std::sort(ordered.begin(), ordered.end());
  std::vector<std::string> names;
  for (std::size_t i = 0; i < ordered.size() && i < kMostNames; ++i)
    names.push_back(std::move(ordered[i].second));
  return names;
}

// Whose limits a peer counts to.
std::string origin_of(const PeerRecord& peer) {
  return peer.account.empty() ? counted_range(peer.seen_address) : '@' + peer.account;
}

void bind_transfer(sqlite::Statement& row, int index, const std::optional<Transfer>& transfer) {
  if (transfer)
    row.bind(index, transfer->account).bind(index + 1, transfer->until.time_since_epoch().count());
  else
    row.bind_null(index).bind(index + 1, 0);
}

bool is_absent_since(Writing& writing, const PeerId& peer, Time limit) {
  auto row =
      writing.database().keep("SELECT 1 FROM peers WHERE id=? AND present=0 AND last_seen<?");
  row->with(peer, limit.time_since_epoch().count());
  return row->step();
}

// Paths of what begins so come before it: below "music/" before "music0"; a path that is no folder
// ends with itself.
std::string end_of(std::string beginning) {
  if (beginning.ends_with('/'))
    beginning.back() = '0';
  else
    beginning += '\0';
  return beginning;
}

std::string_view bytes_of(const PeerId& id) {
  return {reinterpret_cast<const char*>(id.bytes.data()), PeerId::kSize};
}

// What else a source lists of the content: for everyone goes before for few.
void add_to(Source& source, const Source& other, const Audience& audience) {
  source.have = std::max(source.have, other.have);
  source.restricted = source.restricted && !audience.everyone;
}

void leave_out(const Tally& hidden, std::uint64_t& files, std::uint64_t& bytes) {
  files -= std::min(files, static_cast<std::uint64_t>(hidden.files));
  bytes -= std::min(bytes, static_cast<std::uint64_t>(hidden.bytes));
}

Result<void> check_changes(const ChangeBatch& batch) {
  for (const auto& change : batch.changes) {
    auto checked = change.kind == ChangeKind::put      ? check_listing(change.listing)
                   : change.kind == ChangeKind::remove ? check_path(change.listing.path)
                                                       : Result<void>{};
    if (!checked) return checked;
  }
  return {};
}

}  // namespace

Store::Store(const std::filesystem::path& folder, const StoreOptions& options,
             std::function<void(const ListingNews&)> listings_changed)
    : listings_changed_(std::move(listings_changed)),
      writer_(file_in(folder), options.writer),
      readers_(file_in(folder), 4),
      feed_(writer_.feed(), readers_, options.keep_removed),
      listings_(readers_.take()->integer("SELECT total(files) FROM peers")) {}

void Store::probe(const Clock& clock, std::chrono::milliseconds most, std::uint64_t seed) {
  registry_sqlite::probe(*readers_.take(), clock, most, seed);
}

std::size_t Store::prune() {
  Writing writing(writer_);
  return feed_.prune(writing);
}

std::optional<StoredPeer> Store::peer(const PeerId& id) {
  static const auto kSql = "SELECT " + std::string(kPeerColumns) + ", token FROM peers WHERE id=?";
  auto reader = readers_.take();
  auto row = reader->keep(kSql);
  row->with(id);
  if (!row->step()) return std::nullopt;
  return StoredPeer{read_peer(*row), row->text(kAfterPeer)};
}

std::optional<PeerRecord> Store::peer_for(const PeerId& id, const Identity& viewer) {
  static const auto kSql = "SELECT " + std::string(kPeerColumns) + " FROM peers WHERE id=?";
  auto reader = readers_.take();
  const sqlite::Snapshot snapshot(*reader);
  auto row = reader->keep(kSql);
  row->with(id);
  if (!row->step()) return std::nullopt;
  auto peer = read_peer(*row);
  const auto key = row->integer(kKeyOfPeer);
  leave_out(hidden_from(*reader, key, viewer), peer.files, peer.bytes);
  peer.locked = locked_shares(*reader, key, viewer, kMostLocked);
  return peer;
}

void Store::put_peer(const StoredPeer& peer) {
  Writing writing(writer_);
  const auto& record = peer.record;
  auto old = writing.database().keep(
      "SELECT present, name, flipped, port, CASE given WHEN '' THEN seen ELSE given END, "
      "fingerprint FROM peers WHERE id=?");
  old->with(record.id);
  const bool known = old->step();
  const bool same = known && old->integer(0) != 0 && old->view(1) == record.name;
  const auto flipped = same ? static_cast<Revision>(old->integer(2)) : writing.next_revision();
  const bool is_there_still =
      known && old->integer(3) == record.port && old->view(5) == record.fingerprint &&
      old->view(4) == (record.address.empty() ? record.seen_address : record.address);
  old->reset();
  auto put = writing.database().keep(
      "INSERT INTO peers(id, name, given, seen, port, dialable, account, token, present, "
      "last_seen, flipped, fingerprint, plain, origin, heir, heir_until) "
      "VALUES(?,?,?,?,?,?,?,?,1,?,?,?,?,?,?,?) ON CONFLICT(id) DO UPDATE SET "
      "name=excluded.name, given=excluded.given, seen=excluded.seen, port=excluded.port, "
      "dialable=excluded.dialable, account=excluded.account, token=excluded.token, present=1, "
      "last_seen=excluded.last_seen, flipped=excluded.flipped, "
      "fingerprint=excluded.fingerprint, plain=excluded.plain, origin=excluded.origin, "
      "heir=excluded.heir, heir_until=excluded.heir_until");
  put->with(record.id, record.name, record.address, record.seen_address, record.port,
            record.dialable, record.account);
  put->bind_blob(8, peer.token_hash.data(), peer.token_hash.size());
  put->bind(9, record.last_seen.time_since_epoch().count());
  put->bind(10, static_cast<std::int64_t>(flipped));
  put->bind(11, record.fingerprint).bind(12, record.plain);
  put->bind(13, origin_of(record));
  bind_transfer(*put, 14, record.transfer);
  put->run();
  if (known && !is_there_still)
    writing.database()
        .keep("UPDATE peers SET reached='', tried=0, failures=0, unreachable='' WHERE id=?")
        ->with(record.id)
        .run();
  writing.commit();
}

std::optional<Reachability> Store::reachability(const PeerId& peer) {
  auto reader = readers_.take();
  auto row = reader->keep(
      "SELECT CASE given WHEN '' THEN seen ELSE given END, port, dialable, reached, tried, "
      "failures, unreachable, fingerprint, plain FROM peers WHERE id=?");
  row->with(peer);
  if (!row->step()) return std::nullopt;
  return Reachability{row->text(0),
                      static_cast<std::uint16_t>(row->integer(1)),
                      row->integer(2) != 0,
                      row->text(3),
                      Time(std::chrono::milliseconds(row->integer(4))),
                      static_cast<std::uint32_t>(row->integer(5)),
                      row->text(6),
                      row->text(7),
                      row->integer(8) != 0};
}

void Store::put_reachability(const PeerId& peer, const Reachability& reach) {
  Writing writing(writer_);
  writing.database()
      .keep(
          "UPDATE peers SET reached=?1, tried=?2, failures=?3, unreachable=?4 WHERE id=?5 AND "
          "port=?6 AND CASE given WHEN '' THEN seen ELSE given END=?7 AND fingerprint=?8")
      ->with(reach.reached, reach.tried.time_since_epoch().count(), reach.failures, reach.why, peer,
             reach.port, reach.address, reach.fingerprint)
      .run();
  writing.commit();
}

Result<void> Store::check_room(const PeerRecord& peer, const PeerLimits& limits) {
  auto reader = readers_.take();
  if (limits.in_all > 0 &&
      static_cast<std::uint64_t>(reader->integer("SELECT count(*) FROM peers")) >= limits.in_all)
    return too_many("the index has as many peers as it takes (" + std::to_string(limits.in_all) +
                    "; max_peers in its [registry] section)");
  if (limits.of_owner == 0) return {};
  auto row = reader->keep("SELECT count(*) FROM peers WHERE origin=?");
  row->with(origin_of(peer));
  row->step();
  if (static_cast<std::uint64_t>(row->integer(0)) < limits.of_owner) return {};
  return too_many(std::string("the index takes no more peers of one ") +
                  (peer.account.empty() ? "address" : "account") + " (" +
                  std::to_string(limits.of_owner) +
                  "; max_peers_per_owner in its [registry] section): use an id that is registered, "
                  "or ask its operator");
}

bool Store::transfer(const PeerId& peer, const Transfer& to) {
  Writing writing(writer_);
  auto update = writing.database().keep("UPDATE peers SET heir=?, heir_until=? WHERE id=?");
  bind_transfer(*update, 1, to);
  update->bind_blob(3, peer.bytes.data(), peer.bytes.size()).run();
  const bool is_known = writing.database().changed_rows() > 0;
  writing.commit();
  return is_known;
}

bool Store::forget(const PeerId& peer) { return forget(peer, std::nullopt); }

bool Store::forget(const PeerId& peer, const std::optional<Time>& absent_since) {
  while (true) {
    Writing writing(writer_);
    auto listings = PeerListings::of(writing, peer);
    if (!listings || (absent_since && !is_absent_since(writing, peer, *absent_since))) return false;
    const bool has_more = listings->shrink(kListingsAtOnce);
    if (has_more) {
      listings->save({});  // should it not come to the end, the peer announces all of them again
    } else {
      listings->clear();
      writing.database().keep("DELETE FROM peers WHERE key=?")->with(listings->key()).run();
    }
    writing.commit();
    committed(*listings);
    if (!has_more) return true;
  }
}

void Store::committed(const PeerListings& listings) {
  listings_ += listings.growth();
  if (listings_changed_) listings_changed_(listings.news());
}

void Store::set_present(std::span<const PeerId> peers, bool present, Time now) {
  Writing writing(writer_);
  auto is_other = writing.database().keep("SELECT 1 FROM peers WHERE id=? AND present<>?");
  auto flip =
      writing.database().keep("UPDATE peers SET present=?, last_seen=?, flipped=? WHERE id=?");
  for (const auto& peer : peers) {
    is_other->with(peer, present);
    if (!is_other->step()) continue;
    is_other->reset();
    flip->with(present, now.time_since_epoch().count(), writing.next_revision(), peer).run();
  }
  writing.commit();
}

std::size_t Store::forget_absent_since(Time limit) {
  for (std::size_t count = 0;; ++count) {
    if (count == kForgottenAtOnce) return count;
    std::optional<PeerId> peer;
    {
      auto reader = readers_.take();
      auto old = reader->keep("SELECT id FROM peers WHERE present=0 AND last_seen<? LIMIT 1");
      old->with(limit.time_since_epoch().count());
      if (old->step()) peer = old->id<PeerId>(0);
    }
    if (!peer) return count;
    forget(*peer, limit);
  }
}

std::vector<PeerId> Store::present_peers() {
  std::vector<PeerId> peers;
  auto reader = readers_.take();
  auto row = reader->keep("SELECT id FROM peers WHERE present=1");
  while (row->step()) peers.push_back(row->id<PeerId>(0));
  return peers;
}

Page<PeerRecord> Store::peers(const PeerQuery& query) {
  static const auto kSql = "SELECT " + std::string(kPeerColumns) +
                           " FROM peers WHERE (name, id) > (?1, ?2) AND (present OR ?3=0)"
                           " ORDER BY name, id";
  const auto [name, id] = sqlite::split_cursor(query.page.after);
  const auto wanted = fold(query.name);
  auto reader = readers_.take();
  const sqlite::Snapshot snapshot(*reader);
  auto row = reader->keep(kSql);
  row->bind(1, name).bind_blob(2, id.data(), id.size()).bind(3, query.present_only);
  return sqlite::read_page<PeerRecord>(
      *row, query.page.limit,
      [&](auto& peers) {
        if (!wanted.empty() && fold(row->view(1)).find(wanted) == std::string::npos) return false;
        auto& peer = peers.emplace_back(read_peer(*row));
        leave_out(hidden_from(*reader, row->integer(kKeyOfPeer), query.viewer), peer.files,
                  peer.bytes);
        return true;
      },
      [](const PeerRecord& last) { return sqlite::join_cursor(last.name, bytes_of(last.id)); });
}

FeedPosition Store::announced(const PeerId& peer) {
  auto reader = readers_.take();
  auto row = reader->keep("SELECT feed, revision FROM peers WHERE id=?");
  row->with(peer);
  if (!row->step()) return {};
  return {row->text(0), static_cast<Revision>(row->integer(1))};
}

Result<FeedPosition> Store::announce(const PeerId& peer, const ChangeBatch& batch,
                                     const ListingLimits& limits) {
  if (auto checked = check_changes(batch); !checked) return std::move(checked).error();
  Writing writing(writer_);
  auto listings = PeerListings::of(writing, peer);
  if (!listings) return Error{ErrorCode::not_found, "this peer is not registered here", {}};
  if (batch.base != 0 && listings->announced() != FeedPosition{batch.feed, batch.base})
    return Error{ErrorCode::conflict,
                 "the index stands at revision " + std::to_string(listings->announced().revision) +
                     " of feed '" + listings->announced().feed +
                     "'; go on from there, or start over with base 0",
                 {}};
  const FeedPosition upto{batch.feed, batch.upto};
  if (batch.base == 0) listings->clear();
  for (const auto& change : batch.changes) listings->apply(change);
  if (auto checked = listings->check(limits, listings_); !checked)
    return std::move(checked).error();
  listings->save(upto);
  writing.commit();
  committed(*listings);
  return upto;
}

// Share by share, those left out in which there is nothing for the viewer: how much is in them
// takes no time.
Page<Listing> Store::browse(const PeerId& peer, const BrowseQuery& query, const Identity& viewer) {
  // Below a folder are the paths from "folder/" to before "folder0": '0' follows '/' in ASCII. One
  // lower bound: of two SQLite seeks to the first only, and reads all that the pages before had.
  static const auto kSql = "SELECT " + std::string(kListingColumns) +
                           " FROM listings l WHERE peer=? AND path>=? AND path<? ORDER BY path";
  auto folder = query.folder;
  while (folder.ends_with('/')) folder.pop_back();
  const auto begin = folder.empty() ? folder : folder + '/';
  const auto after = sqlite::split_cursor(query.page.after).first;
  Page<Listing> page;
  auto reader = readers_.take();
  const sqlite::Snapshot snapshot(*reader);
  auto known = reader->keep("SELECT key FROM peers WHERE id=?");
  known->with(peer);
  if (!known->step()) return page;
  const auto key = known->integer(0);
  const auto take_from = [&](const std::string& from, const std::string& until) {
    auto row = reader->keep(kSql);
    row->with(key, after < from ? from : just_behind(after), until);
    while (page.items.size() <= query.page.limit && row->step()) {
      auto listing = read_listing(*row);
      if (listing.audience.admits(viewer)) page.items.push_back(std::move(listing));
    }
  };
  each_open_share(*reader, key, share_of(std::max(after, begin)), viewer,
                  [&](const std::string& share) {
                    if (!folder.empty() && share != share_of(begin)) return false;
                    take_from(std::max(share, begin), end_of(folder.empty() ? share : begin));
                    return page.items.size() <= query.page.limit;
                  });
  if (page.items.size() > query.page.limit) {
    page.items.pop_back();
    page.next = sqlite::join_cursor(page.items.back().path, "");
  }
  return page;
}

Result<FolderLevel> Store::level(const PeerId& peer, const BrowseQuery& query) {
  auto reader = readers_.take();
  const sqlite::Snapshot snapshot(*reader);
  auto known = reader->keep("SELECT key FROM peers WHERE id=?");
  known->with(peer);
  if (!known->step()) return not_found("there is no peer " + peer.text() + " here");
  return level_of(*reader, known->integer(0), query);
}

Result<ContentRecord> Store::content(const ContentId& content, const Identity& viewer) {
  ContentRecord record;
  record.content = content;
  record.audience.everyone = false;
  std::map<std::string, int> uses;
  bool somebody = false;
  for (const auto& copy : copies_of(content, writer_, readers_)) {
    const auto& listing = copy.listing;
    if (!listing.audience.admits(viewer)) continue;
    // Who has a part of it would keep for others what its sources take back.
    if (!is_partial(listing)) record.audience.widen(listing.audience.as_known_to(viewer));
    if (somebody && !copy.present) continue;  // those that are there say enough of the rest
    somebody = somebody || copy.present;
    if (uses.empty()) record.size = listing.size;
    ++uses[std::string(name_of_path(listing.path))];
    const bool again = !record.sources.empty() && record.sources.back().peer == copy.source.peer;
    if (again)  // it may fetch it into one place and share it in another
      add_to(record.sources.back(), copy.source, listing.audience);
    if (!copy.present || !copy.dialable || again || record.sources.size() >= kMostSources) continue;
    record.sources.push_back(copy.source);
    record.sources.back().restricted = !listing.audience.everyone;
  }
  if (uses.empty())
    return Error{ErrorCode::not_found, "nobody has announced the content " + content.text(), {}};
  record.names = most_used(uses);
  return record;
}

RegistryCounts Store::counts() {
  auto reader = readers_.take();
  const sqlite::Snapshot snapshot(*reader);
  auto row = reader->keep(
      "SELECT count(*), total(present), total(files*present), total(bytes*present) FROM peers");
  row->step();
  const auto number = [&](int column) { return static_cast<std::uint64_t>(row->integer(column)); };
  RegistryCounts counts{number(0), number(1), number(2), number(3)};
  leave_out(hidden_from_guests(*reader), counts.files, counts.bytes);
  return counts;
}

}  // namespace swapmeet::registry_sqlite
