// One batch of the feed, on its way into the index: rows are written within the caller's
// transaction, and what the table in memory must learn is kept until that is committed. Words are
// written at the end, in order of their keys, because FTS5 starts a new segment whenever a key goes
// back.
// Threads: one thread, under the writer's lock.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "search/fts/attribute_rows.h"
#include "search/fts/doc_table.h"
#include "swapmeet/feed.h"
#include "swapmeet/sqlite/database.h"

namespace swapmeet::search_fts {

class Following {
 public:
  // `free_keys` may be given to new docs, the last first; then come those from `end` on.
  Following(sqlite::Database& writer, std::vector<DocKey> free_keys, DocKey end);

  void start_over();
  void apply(const Change& change);
  // Drops the docs that nobody lists any more, and writes the words of the new ones.
  void finish();
  // After the commit.
  void put_in_place(DocTable& table);
  std::vector<DocKey> take_free_keys();

 private:
  using Edit = std::function<void(DocTable&)>;

  PeerKey peer_key(const PeerId& peer);
  AudienceKey audience_key(Audience audience);
  DocKey doc_for(const Listing& listing);
  DocKey new_doc(const Listing& listing, AudienceKey audience, AttributesKey attributes);
  void set_peer(const Change& change);
  void put(PeerKey peer, const Listing& listing);
  void unlist(PeerKey peer, DocKey doc);
  void remove(PeerKey peer, const std::string& path);
  void clear(PeerKey peer);

  sqlite::Database& writer_;
  AttributeRows attributes_;
  bool from_scratch_ = false;
  std::vector<DocKey> free_keys_;
  DocKey end_;
  std::vector<DocKey> freed_;
  std::map<DocKey, std::string> new_docs_;  // their paths
  std::vector<DocKey> unlisted_;            // may have no listing any more
  std::vector<Edit> edits_;
  PeerId last_peer_;
  PeerKey last_key_ = 0;
};

}  // namespace swapmeet::search_fts
