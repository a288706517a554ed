#include "registry/sqlite/peer_listings.h"

#include "registry/sqlite/rows.h"

namespace swapmeet::registry_sqlite {

std::optional<PeerListings> PeerListings::of(Writing& writing, const PeerId& peer) {
  auto row = writing.database().keep(
      "SELECT key, feed, revision, files, bytes, EXISTS(SELECT 1 FROM removed WHERE peer=?1)"
      " FROM peers WHERE id=?1");
  row->with(peer);
  if (!row->step()) return std::nullopt;
  PeerListings listings(writing);
  listings.key_ = row->integer(0);
  listings.peer_ = peer;
  listings.announced_ = {row->text(1), static_cast<Revision>(row->integer(2))};
  listings.files_ = row->integer(3);
  listings.bytes_ = row->integer(4);
  listings.has_removed_ = row->integer(5) != 0;
  return listings;
}

void PeerListings::apply(const Change& change) {
  switch (change.kind) {
    case ChangeKind::put: return put(change.listing);
    case ChangeKind::remove: return remove(change.listing.path);
    case ChangeKind::clear: return clear();
    case ChangeKind::present:
    case ChangeKind::absent: return;  // of the registry's own feed
  }
}

void PeerListings::put(const Listing& listing) {
  // OR IGNORE: the index by path, which has to be looked into anyway, says whether there is one.
  auto put = database().keep("INSERT OR IGNORE INTO listings VALUES(?,?,?,?,?,?,?,?,?)");
  const auto revision = writing_->next_revision();
  put->with(revision, key_, listing.path, listing.content, listing.size,
            listing.modified.time_since_epoch().count(), sqlite::audience_text(listing.audience),
            sqlite::attributes_text(listing.attributes));
  if (listing.have)
    put->bind(9, static_cast<std::int64_t>(*listing.have));
  else
    put->bind_null(9);
  put->step();
  if (database().changed_rows() == 0) {
    drop(listing.path);
    put->reset();
    put->run();
  }
  if (has_removed_)
    database().keep("DELETE FROM removed WHERE peer=? AND path=?")->with(peer_, listing.path).run();
  writing_->contents().added.emplace_back(listing.content, revision);
  ++files_;
  bytes_ += static_cast<std::int64_t>(listing.size);
  if (!is_partial(listing)) added_.note(listing.path);
}

PeerListings::Dropped PeerListings::drop(const std::string& path) {
  auto old =
      database().keep("SELECT revision, size, content, have FROM listings WHERE peer=? AND path=?");
  old->with(key_, path);
  if (!old->step()) return Dropped::nothing;
  const auto dropped =
      !old->is_null(3) && old->integer(3) < old->integer(1) ? Dropped::partial : Dropped::whole;
  const auto revision = static_cast<Revision>(old->integer(0));
  writing_->contents().gone.emplace_back(old->id<ContentId>(2), revision);
  --files_;
  bytes_ -= old->integer(1);
  old->reset();
  database().keep("DELETE FROM listings WHERE revision=?")->with(revision).run();
  return dropped;
}

void PeerListings::remove(const std::string& path) {
  const auto dropped = drop(path);
  if (dropped == Dropped::nothing) return;
  if (dropped == Dropped::whole) dropped_.note(path);
  database()
      .keep("INSERT OR REPLACE INTO removed VALUES(?,?,?)")
      ->with(writing_->next_revision(), peer_, path)
      .run();
  has_removed_ = true;
}

void PeerListings::clear() {
  auto old =
      database().keep("SELECT content, revision, have < size, path FROM listings WHERE peer=?");
  old->with(key_);
  while (old->step()) {
    writing_->contents().gone.emplace_back(old->id<ContentId>(0),
                                           static_cast<Revision>(old->integer(1)));
    if (old->integer(2) == 0) dropped_.note(old->view(3));
  }
  database().keep("DELETE FROM listings WHERE peer=?")->with(key_).run();
  database().keep("DELETE FROM removed WHERE peer=?")->with(peer_).run();
  database()
      .keep("INSERT INTO removed VALUES(?,?,NULL)")
      ->with(writing_->next_revision(), peer_)
      .run();
  files_ = 0;
  bytes_ = 0;
  has_removed_ = false;  // the row of the clear has no path
}

ListingNews PeerListings::news() const { return {peer_, added_, dropped_, writing_->latest()}; }

void PeerListings::save(const FeedPosition& announced) {
  database()
      .keep("UPDATE peers SET feed=?, revision=?, files=?, bytes=? WHERE key=?")
      ->with(announced.feed, announced.revision, files_, bytes_, key_)
      .run();
}

}  // namespace swapmeet::registry_sqlite
