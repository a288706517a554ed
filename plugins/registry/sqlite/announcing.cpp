// What a peer announces, into its listings and into the feed.
#include "registry/sqlite/rows.h"
#include "registry/sqlite/writing.h"

namespace swapmeet::registry_sqlite {
namespace {

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

std::optional<Store::Peer> Store::peer_row(const PeerId& peer) {
  auto row = writer_.keep(
      "SELECT key, feed, revision, files, bytes, EXISTS(SELECT 1 FROM removed WHERE peer=?1)"
      " FROM peers WHERE id=?1");
  row->with(peer);
  if (!row->step()) return std::nullopt;
  return Peer{.key = row->integer(0),
              .id = peer,
              .announced = {row->text(1), static_cast<Revision>(row->integer(2))},
              .files = row->integer(3),
              .bytes = row->integer(4),
              .has_removed = row->integer(5) != 0};
}

void Store::put_listing(Writing& writing, Peer& peer, const Listing& listing) {
  // OR IGNORE: the index by path, which has to be looked into anyway, says whether there is one.
  auto put = writer_.keep("INSERT OR IGNORE INTO listings VALUES(?,?,?,?,?,?,?,?,?)");
  const auto revision = writing.next_revision();
  put->with(revision, peer.key, listing.path, listing.content, listing.size,
            listing.modified.time_since_epoch().count(), sqlite::audience_text(listing.audience),
            sqlite::attributes_text(listing.attributes));
  if (listing.have)
    put->bind(9, static_cast<std::int64_t>(*listing.have));
  else
    put->bind_null(9);
  put->step();
  if (writer_.changed_rows() == 0) {
    drop_listing(writing, peer, listing.path);
    put->reset();
    put->run();
  }
  if (peer.has_removed)
    writer_.keep("DELETE FROM removed WHERE peer=? AND path=?")->with(peer.id, listing.path).run();
  writing.contents().added.emplace_back(listing.content, revision);
  ++peer.files;
  peer.bytes += static_cast<std::int64_t>(listing.size);
}

// False: there is none.
bool Store::drop_listing(Writing& writing, Peer& peer, const std::string& path) {
  auto old = writer_.keep("SELECT revision, size, content FROM listings WHERE peer=? AND path=?");
  old->with(peer.key, path);
  if (!old->step()) return false;
  const auto revision = static_cast<Revision>(old->integer(0));
  writing.contents().gone.emplace_back(old->id<ContentId>(2), revision);
  --peer.files;
  peer.bytes -= old->integer(1);
  old->reset();
  writer_.keep("DELETE FROM listings WHERE revision=?")->with(revision).run();
  return true;
}

void Store::remove_listing(Writing& writing, Peer& peer, const std::string& path) {
  if (!drop_listing(writing, peer, path)) return;
  writer_.keep("INSERT OR REPLACE INTO removed VALUES(?,?,?)")
      ->with(writing.next_revision(), peer.id, path)
      .run();
  peer.has_removed = true;
}

void Store::clear_peer(Writing& writing, Peer& peer) {
  auto old = writer_.keep("SELECT content, revision FROM listings WHERE peer=?");
  old->with(peer.key);
  while (old->step())
    writing.contents().gone.emplace_back(old->id<ContentId>(0),
                                         static_cast<Revision>(old->integer(1)));
  writer_.keep("DELETE FROM listings WHERE peer=?")->with(peer.key).run();
  writer_.keep("DELETE FROM removed WHERE peer=?")->with(peer.id).run();
  writer_.keep("INSERT INTO removed VALUES(?,?,NULL)")
      ->with(writing.next_revision(), peer.id)
      .run();
  peer.files = 0;
  peer.bytes = 0;
  peer.has_removed = false;  // the row of the clear has no path
}

Result<FeedPosition> Store::announce(const PeerId& peer, const ChangeBatch& batch) {
  if (auto checked = check_changes(batch); !checked) return std::move(checked).error();
  Writing writing(*this);
  auto row = peer_row(peer);
  if (!row) return Error{ErrorCode::not_found, "this peer is not registered here", {}};
  if (batch.base != 0 && row->announced != FeedPosition{batch.feed, batch.base})
    return Error{ErrorCode::conflict,
                 "the index stands at revision " + std::to_string(row->announced.revision) +
                     " of feed '" + row->announced.feed +
                     "'; go on from there, or start over with base 0",
                 {}};
  if (batch.base == 0) clear_peer(writing, *row);
  for (const auto& change : batch.changes) {
    if (change.kind == ChangeKind::put)
      put_listing(writing, *row, change.listing);
    else if (change.kind == ChangeKind::remove)
      remove_listing(writing, *row, change.listing.path);
    else if (change.kind == ChangeKind::clear)
      clear_peer(writing, *row);
  }
  writer_.keep("UPDATE peers SET feed=?, revision=?, files=?, bytes=? WHERE key=?")
      ->with(batch.feed, batch.upto, row->files, row->bytes, row->key)
      .run();
  writing.commit();
  return FeedPosition{batch.feed, batch.upto};
}

}  // namespace swapmeet::registry_sqlite
