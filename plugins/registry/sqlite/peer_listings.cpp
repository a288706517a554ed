#include "registry/sqlite/peer_listings.h"

#include <algorithm>

#include "registry/sqlite/rows.h"

namespace swapmeet::registry_sqlite {
namespace {

constexpr std::int64_t kMostBytes = std::int64_t{1} << 62;  // that are counted of a peer

Error too_much(const std::string& what, std::uint64_t limit, const char* key) {
  return too_many(what + " (" + std::to_string(limit) + "; " + key +
                  " in the index's [registry] section): share less, or ask its operator");
}

}  // namespace

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
  listings.files_ = listings.files_before_ = row->integer(3);
  listings.bytes_ = listings.bytes_before_ = row->integer(4);
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
  const auto audience = sqlite::audience_text(listing.audience);
  put->with(revision, key_, listing.path, listing.content, listing.size,
            listing.modified.time_since_epoch().count(), audience,
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
  bytes_ = static_cast<std::int64_t>(
      std::min<std::uint64_t>(saturating_sum(static_cast<std::uint64_t>(bytes_), listing.size),
                              static_cast<std::uint64_t>(kMostBytes)));
  tallies_.add(listing.path, audience, static_cast<std::int64_t>(listing.size));
  folders_.add(listing.path, audience, static_cast<std::int64_t>(listing.size));
  if (!is_partial(listing)) added_.note(listing.path);
}

PeerListings::Dropped PeerListings::drop(const std::string& path) {
  auto old = database().keep(
      "SELECT revision, size, content, have, audience FROM listings WHERE peer=? AND path=?");
  old->with(key_, path);
  if (!old->step()) return Dropped::nothing;
  const auto dropped =
      !old->is_null(3) && old->integer(3) < old->integer(1) ? Dropped::partial : Dropped::whole;
  const auto revision = static_cast<Revision>(old->integer(0));
  writing_->contents().gone.emplace_back(old->id<ContentId>(2), revision);
  take_away(old->integer(1));
  tallies_.take(path, old->text(4), old->integer(1));
  folders_.take(path, old->text(4), old->integer(1));
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
  tell_clear();
  tallies_.clear(database(), key_);
  folders_.clear(database(), key_);
  files_ = 0;
  bytes_ = 0;
  miscounted_ = false;
}

bool PeerListings::shrink(std::size_t most) {
  if (files_ <= static_cast<std::int64_t>(most)) return false;
  std::vector<Revision> revisions;
  auto old = database().keep(
      "SELECT revision, content, have < size, path, size, audience FROM listings WHERE peer=?"
      " ORDER BY path LIMIT ?");
  old->with(key_, most);
  while (old->step()) {
    revisions.push_back(static_cast<Revision>(old->integer(0)));
    writing_->contents().gone.emplace_back(old->id<ContentId>(1), revisions.back());
    if (old->integer(2) == 0) dropped_.note(old->view(3));
    take_away(old->integer(4));
    tallies_.take(old->view(3), old->text(5), old->integer(4));
    folders_.take(old->view(3), old->text(5), old->integer(4));
  }
  old->reset();
  auto remove = database().keep("DELETE FROM listings WHERE revision=?");
  for (const auto revision : revisions) remove->with(revision).run();
  tell_clear();
  return true;
}

void PeerListings::take_away(std::int64_t size) {
  --files_;
  miscounted_ = miscounted_ || bytes_ == kMostBytes;
  bytes_ = std::max<std::int64_t>(0, bytes_ - std::max<std::int64_t>(0, size));
}

void PeerListings::tell_clear() {
  database().keep("DELETE FROM removed WHERE peer=?")->with(peer_).run();
  database()
      .keep("INSERT INTO removed VALUES(?,?,NULL)")
      ->with(writing_->next_revision(), peer_)
      .run();
  has_removed_ = false;  // the row of the clear has no path
}

ListingNews PeerListings::news() const { return {peer_, added_, dropped_, writing_->latest()}; }

std::int64_t PeerListings::count_bytes() {
  auto row = database().keep("SELECT total(max(size,0)) FROM listings WHERE peer=?");
  row->with(key_);
  row->step();
  return std::min(row->integer(0), kMostBytes);
}

std::uint64_t PeerListings::files_of_owner() {
  auto row = database().keep(
      "SELECT total(files) FROM peers WHERE key<>?1"
      " AND origin=(SELECT origin FROM peers WHERE key=?1)");
  row->with(key_);
  row->step();
  return static_cast<std::uint64_t>(row->integer(0) + files_);
}

Result<void> PeerListings::check(const ListingLimits& limits, std::int64_t in_all) {
  const auto is_above = [](auto number, std::uint64_t limit) {
    return limit > 0 && static_cast<std::uint64_t>(number) > limit;
  };
  if (bytes_ > bytes_before_ && is_above(bytes_, limits.bytes_of_peer))
    return too_much("the index takes no more bytes of one peer", limits.bytes_of_peer,
                    "max_bytes_per_peer");
  if (growth() <= 0) return {};
  if (is_above(files_, limits.of_peer))
    return too_much("the index takes no more listings of one peer", limits.of_peer,
                    "max_listings_per_peer");
  if (limits.of_owner > 0 && is_above(files_of_owner(), limits.of_owner))
    return too_much(
        "the index takes no more listings of the peers of one account, or of one address",
        limits.of_owner, "max_listings_per_owner");
  if (is_above(in_all + growth(), limits.in_all))
    return too_much("the index has as many listings as it takes", limits.in_all, "max_listings");
  return {};
}

void PeerListings::save(const FeedPosition& announced) {
  if (miscounted_) bytes_ = count_bytes();
  tallies_.save(database(), key_);
  folders_.save(database(), key_);
  database()
      .keep("UPDATE peers SET feed=?, revision=?, files=?, bytes=? WHERE key=?")
      ->with(announced.feed, announced.revision, files_, bytes_, key_)
      .run();
}

}  // namespace swapmeet::registry_sqlite
