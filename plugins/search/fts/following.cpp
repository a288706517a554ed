#include "search/fts/following.h"

#include <algorithm>
#include <utility>

#include "search/fts/match.h"
#include "swapmeet/listing.h"
#include "swapmeet/query.h"
#include "swapmeet/sqlite/columns.h"

namespace swapmeet::search_fts {

Following::Following(sqlite::Database& writer, std::vector<DocKey> free_keys, DocKey end)
    : writer_(writer), attributes_(writer), free_keys_(std::move(free_keys)), end_(end) {}

void Following::start_over() {
  writer_.execute(
      "INSERT INTO words(words) VALUES('delete-all'); DELETE FROM listings; DELETE FROM docs;"
      " DELETE FROM peers; DELETE FROM audiences;");
  attributes_.start_over();
  from_scratch_ = true;
  free_keys_.clear();
  end_ = 1;
}

void Following::apply(const Change& change) {
  switch (change.kind) {
    case ChangeKind::put:
      if (is_partial(change.listing))  // is found when it is whole
        remove(peer_key(change.peer), change.listing.path);
      else
        put(peer_key(change.peer), change.listing);
      break;
    case ChangeKind::remove: remove(peer_key(change.peer), change.listing.path); break;
    case ChangeKind::clear: clear(peer_key(change.peer)); break;
    case ChangeKind::present:
    case ChangeKind::absent: set_peer(change); break;
  }
}

PeerKey Following::peer_key(const PeerId& peer) {
  if (last_key_ != 0 && peer == last_peer_) return last_key_;
  auto row = writer_.keep("SELECT key FROM peers WHERE id=?");
  row->with(peer);
  if (row->step()) {
    last_key_ = static_cast<PeerKey>(row->integer(0));
  } else {
    writer_.keep("INSERT INTO peers(id) VALUES(?)")->with(peer).run();
    last_key_ = static_cast<PeerKey>(writer_.last_insert_id());
    edits_.emplace_back(
        [key = last_key_, peer](DocTable& table) { table.set_peer(key, peer, {}, false); });
  }
  last_peer_ = peer;
  return last_key_;
}

// An absent peer keeps its name: its listings are still of that name.
void Following::set_peer(const Change& change) {
  const auto key = peer_key(change.peer);
  const bool present = change.kind == ChangeKind::present;
  writer_.keep("UPDATE peers SET present=?, name=iif(?1, ?2, name) WHERE key=?3")
      ->with(present, change.peer_name, key)
      .run();
  auto row = writer_.keep("SELECT name FROM peers WHERE key=?");
  row->with(key);
  row->step();
  edits_.emplace_back([=, id = change.peer, name = fold(row->view(0))](DocTable& table) {
    table.set_peer(key, id, name, present);
  });
}

AudienceKey Following::audience_key(Audience audience) {
  audience.visible = false;  // nothing is found by the name of a share
  const auto text = sqlite::audience_text(audience);
  auto row = writer_.keep("SELECT key FROM audiences WHERE text=?");
  row->with(text);
  if (row->step()) return static_cast<AudienceKey>(row->integer(0));
  writer_.keep("INSERT INTO audiences(text) VALUES(?)")->with(text).run();
  const auto key = static_cast<AudienceKey>(writer_.last_insert_id());
  edits_.emplace_back([=](DocTable& table) { table.set_audience(key, audience); });
  return key;
}

DocKey Following::doc_for(const Listing& listing) {
  const auto audience = audience_key(listing.audience);
  const auto attributes = attributes_.key_of(listing.attributes);
  // Its time is the newest of its listings.
  auto known = writer_.keep(
      "UPDATE docs SET uses=uses+1, modified=iif(uses=0, ?4, max(modified, ?4))"
      " WHERE content=?1 AND path=?2 AND audience=?3 AND attributes=?5 RETURNING key, modified");
  known->with(listing.content, listing.path, audience, listing.modified.time_since_epoch().count(),
              attributes);
  if (!known->step()) return new_doc(listing, audience, attributes);
  const auto doc = static_cast<DocKey>(known->integer(0));
  edits_.emplace_back(
      [doc, modified = known->integer(1)](DocTable& table) { table.set_modified(doc, modified); });
  return doc;
}

DocKey Following::new_doc(const Listing& listing, AudienceKey audience, AttributesKey attributes) {
  NewDoc doc;
  if (free_keys_.empty()) {
    doc.key = end_++;
  } else {
    doc.key = free_keys_.back();
    free_keys_.pop_back();
  }
  auto same = writer_.keep("SELECT key FROM docs WHERE content=? LIMIT 1");
  same->with(listing.content);
  if (same->step()) doc.same_content = static_cast<DocKey>(same->integer(0));
  doc.content = listing.content;
  doc.audience = audience;
  doc.size = static_cast<std::int64_t>(listing.size);
  doc.modified = listing.modified.time_since_epoch().count();
  doc.attributes = attributes;
  attributes_.use(attributes, 1);
  writer_.keep("INSERT INTO docs VALUES(?,?,?,?,?,?,1,?)")
      ->with(doc.key, listing.content, listing.path, audience, listing.size, doc.modified,
             attributes)
      .run();
  new_docs_.emplace(doc.key, listing.path);
  edits_.emplace_back([doc, name = std::string(name_of_path(listing.path))](DocTable& table) {
    auto named = doc;
    named.name = name;
    table.add(named);
  });
  return doc.key;
}

void Following::put(PeerKey peer, const Listing& listing) {
  remove(peer, listing.path);
  const auto doc = doc_for(listing);
  writer_.keep("INSERT INTO listings VALUES(?,?,?)")->with(peer, listing.path, doc).run();
  edits_.emplace_back([=](DocTable& table) { table.list(doc, peer); });
}

void Following::unlist(PeerKey peer, DocKey doc) {
  writer_.keep("UPDATE docs SET uses=uses-1 WHERE key=?")->with(doc).run();
  unlisted_.push_back(doc);
  edits_.emplace_back([=](DocTable& table) { table.unlist(doc, peer); });
}

void Following::remove(PeerKey peer, const std::string& path) {
  auto row = writer_.keep("DELETE FROM listings WHERE peer=? AND path=? RETURNING doc");
  row->with(peer, path);
  if (row->step()) unlist(peer, static_cast<DocKey>(row->integer(0)));
}

void Following::clear(PeerKey peer) {
  auto row = writer_.keep("SELECT doc FROM listings WHERE peer=?");
  row->with(peer);
  while (row->step()) unlist(peer, static_cast<DocKey>(row->integer(0)));
  row->reset();
  writer_.keep("DELETE FROM listings WHERE peer=?")->with(peer).run();
}

void Following::finish() {
  std::sort(unlisted_.begin(), unlisted_.end());
  unlisted_.erase(std::unique(unlisted_.begin(), unlisted_.end()), unlisted_.end());
  auto unused = writer_.keep("DELETE FROM docs WHERE key=? AND uses=0 RETURNING path, attributes");
  auto forget =
      writer_.keep("INSERT INTO words(words, rowid, name, folder) VALUES('delete',?,?,?)");
  for (const auto doc : unlisted_) {
    unused->with(doc);
    if (!unused->step()) continue;
    const auto path = unused->text(0);
    attributes_.use(static_cast<AttributesKey>(unused->integer(1)), -1);
    unused->reset();
    if (new_docs_.erase(doc) == 0)
      forget->with(doc, index_text(name_of_path(path)), index_text(folder_of_path(path))).run();
    freed_.push_back(doc);
    edits_.emplace_back([doc](DocTable& table) { table.drop(doc); });
  }
  attributes_.finish();
  auto remember = writer_.keep("INSERT INTO words(rowid, name, folder) VALUES(?,?,?)");
  for (const auto& [doc, path] : new_docs_)
    remember->with(doc, index_text(name_of_path(path)), index_text(folder_of_path(path))).run();
}

void Following::put_in_place(DocTable& table) {
  if (from_scratch_) table = DocTable();
  for (const auto& edit : edits_) edit(table);
}

std::vector<DocKey> Following::take_free_keys() {
  free_keys_.insert(free_keys_.end(), freed_.begin(), freed_.end());
  std::sort(free_keys_.begin(), free_keys_.end(), std::greater<>());
  return std::move(free_keys_);
}

}  // namespace swapmeet::search_fts
