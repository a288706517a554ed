// What the feed told: which peer lists what, where and for whom. A document is one (content, path,
// audience, attributes), however many peers list it; a listing is a peer's having it. Peers,
// contents, paths, audiences and attributes stand in tables of their own. Presence is kept as
// counts, so that a search asks a document and not its peers. Threads: one writer, or many readers,
// at a time; the texts of paths stay good meanwhile.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "search/memory/attribute_table.h"
#include "search/memory/audience_table.h"
#include "search/memory/content_table.h"
#include "search/memory/path_texts.h"
#include "search/memory/peer_table.h"
#include "search/memory/rounds.h"
#include "search/memory/rows.h"
#include "search/memory/segment.h"
#include "swapmeet/feed.h"
#include "swapmeet/listing.h"
#include "swapmeet/media_type.h"

namespace swapmeet::search_memory {

struct Listed {
  Number peer = kNone;
  Number document = kNone;
  Number previous = kNone;
  Number next = kNone;
};

struct Document {
  Number content = kNone;
  PathNumbers path;
  Number next = kNone;        // of the same content; what came last is the first
  std::int64_t modified = 0;  // milliseconds; the newest that was told of it
  Number listings = 0;
  Number present = 0;  // listings of peers that are present
  Number audience = 0;
  MediaType type : 8 = MediaType::other;
  bool unlisted = false;  // waits to be recycled
  Number round = 0;       // when it was last added to a fresh segment
  Number attributes = kNone;
};
static_assert(sizeof(Document) == 48, "there are millions");

class Documents {
 public:
  explicit Documents(std::uint64_t salt) : salt_(salt), peers_(salt), contents_(salt) {}

  // ---- what the feed tells ----
  Number peer_of(const PeerId& id) { return peers_.number_of(id); }  // made when it is new
  void name_peer(Number peer, std::string folded) { peers_.set_name(peer, std::move(folded)); }
  // Of one peer's listing. The document that is listed for the first time (or again) is returned.
  Number put(Number peer, const Listing& listing);
  void remove(Number peer, std::string_view path);
  // Takes up to `most` listings of the peer; true when there are more.
  bool clear_some(Number peer, std::size_t most);
  // Marks the peer first; then call flip_some from `listing` (first: the peer's first) until kNone.
  void set_present(Number peer, bool present) { peers_.set_present(peer, present); }
  Number flip_some(Number listing, bool present, std::size_t most);

  // ---- what a search asks ----
  const PeerTable& peers() const { return peers_; }
  const std::vector<Audience>& audiences() const { return audiences_.all(); }
  const Document& document(Number number) const { return documents_[number]; }
  const Content& content(Number number) const { return contents_[number]; }
  std::string_view text(Number number) const { return paths_.text(number); }
  std::string_view name(const Document& document) const { return text(document.path.name); }
  std::string_view folder(const Document& document) const { return text(document.path.folder); }
  std::string path(const Document& document) const { return paths_.path(document.path); }
  const AttributeTable& attributes() const { return attributes_; }
  Entry entry(Number document) const;
  // Of two documents of one content: is the first rather shown?
  bool is_preferred(const Entry& one, const Entry& other) const;
  // Fetches from memory what is soon asked of an entry: to weigh it, and to show it.
  void will_weigh(const Entry& entry) const { contents_.will_count(entry.content); }
  void will_filter(const Entry& entry) const { __builtin_prefetch(&documents_[entry.document]); }
  void will_read(const Entry& entry) const {
    __builtin_prefetch(&documents_[entry.document]);
    contents_.will_read(entry.content);
    __builtin_prefetch(text(entry.name).data());
  }
  // Is there a source of the document? The first thing asked of each, so it is a bit apart.
  bool is_present(Number document) const { return present_[document]; }
  // Peers that are present and list the content in a document that `visible` (by audience) has.
  Number sources(Number content, const std::vector<bool>& visible) const;
  Number sources(Number content) const { return contents_.sources(content); }  // whoever sees them
  // The first of these peers; zero: there is none.
  PeerId a_source(Number content, const std::vector<bool>& visible) const;
  // By document: does one of these peers list it, and is present?
  std::vector<bool> listed_by(const std::vector<bool>& peers) const;

  // ---- which of them stand in which segment ----
  std::size_t document_slots() const { return documents_.size(); }
  void begin_round() { rounds_.begin(); }
  void end_rounds_before() { rounds_.end_those_before(); }
  bool is_fresh(Number document) const { return rounds_.is_current(documents_[document].round); }
  void set_fresh(Number document) { documents_[document].round = rounds_.current; }
  // Documents that may stand in no ranked segment yet: of the content, until so many were taken;
  // and all.
  template <class Take>
  void each_unranked(const Content& content, std::size_t most, Take&& take) const {
    for (auto at = content.first; most > 0 && at != kNone; at = documents_[at].next) {
      if (rounds_.is_over(documents_[at].round)) return;
      if (take(at)) --most;
    }
  }
  template <class Take>
  void each_unranked(Take&& take) const {
    for (Number number = 0; number < documents_.size(); ++number)
      if (!rounds_.is_over(documents_[number].round)) take(number);
  }
  // Documents without listings; they keep their number until recycle() gives it away. Before a
  // round begins, and recycle() after all that is listed since has been ranked.
  std::vector<Number> take_unlisted();
  void recycle(const std::vector<Number>& documents);
  void give_back_unlisted(const std::vector<Number>& documents);  // that are not recycled yet

 private:
  friend struct DocumentsOnDisk;  // snapshot.cpp
  std::uint64_t hash_of_listing(Number listing) const;
  std::uint64_t hash_of_document(Number document) const;
  Number find_listing(Number peer, const PathNumbers& path) const;
  Number document_of(const Listing& listing, const PathNumbers& path);
  Number new_document(const Document& wanted);
  void link(Number peer, Number document);
  void unlink(Number listing);
  void count_present(Number document, int change);
  void out_of_content(Number number);
  void stay_listed(Number number);
  void forget(Number document);

  std::uint64_t salt_;
  PathTexts paths_;
  PeerTable peers_;
  ContentTable contents_;
  AudienceTable audiences_;
  AttributeTable attributes_;
  Rows<Listed> listings_;
  Rows<Document> documents_;
  std::vector<bool> present_;  // by document
  std::vector<Number> unlisted_;
  Rounds rounds_;
  IdTable listing_numbers_;  // by peer and path
  IdTable document_numbers_;
};

}  // namespace swapmeet::search_memory
