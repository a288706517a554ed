// What the feed told: peers, contents, documents and listings, each in a table and known by its
// number. A document is one (content, path, audience), however many peers list it; a listing is a
// peer's having it. Presence is kept as counts, so that a search asks a document and not its peers.
// Threads: one writer, or many readers, at a time; the texts of paths stay good meanwhile.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "search/memory/id_table.h"
#include "search/memory/segment.h"
#include "search/memory/text_pool.h"
#include "swapmeet/feed.h"
#include "swapmeet/listing.h"
#include "swapmeet/media_type.h"

namespace swapmeet::search_memory {

using Number = std::uint32_t;
inline constexpr Number kNone = IdTable::kNone;

struct Peer {
  PeerId id;
  std::string folded_name;
  bool present = false;
  Number first = kNone;  // its listings, a doubly linked list
};

struct Listed {
  Number peer = kNone;
  Number document = kNone;
  Number previous = kNone;
  Number next = kNone;
};

struct Document {
  Number content = kNone;
  Number folder = kNone;  // text of the path up to its last '/', without it
  Number name = kNone;
  Number next = kNone;        // of the same content; what came last is the first
  std::int64_t modified = 0;  // milliseconds; the newest that was told of it
  Number listings = 0;
  Number present = 0;  // listings of peers that are present
  Number audience = 0;
  MediaType type = MediaType::other;
  bool unlisted = false;  // waits to be recycled
  Number round = 0;       // when it was last added to a fresh segment
};

struct Content {
  ContentId id;
  std::uint64_t size = 0;
  Number first = kNone;                // its documents
  Number restricted = 0;               // documents that are not for everyone
  std::vector<std::uint64_t> holders;  // peer << 32 | document, sorted
};

class Documents {
 public:
  Documents();
  // Of one peer's listing. The document that is listed for the first time (or again) is returned.
  Number put(Number peer, const Listing& listing);
  void remove(Number peer, std::string_view path);
  // Takes up to `most` listings of the peer; true when there are more.
  bool clear_some(Number peer, std::size_t most);
  // Marks the peer first; then call flip_some from `listing` (first: the peer's first) until kNone.
  void set_present(Number peer, bool present) { peers_[peer].present = present; }
  Number flip_some(Number listing, bool present, std::size_t most);

  Number peer_of(const PeerId& id);  // made when it is new
  void name_peer(Number peer, std::string folded_name);

  const Peer& peer(Number number) const { return peers_[number]; }
  const Document& document(Number number) const { return documents_[number]; }
  const Content& content(Number number) const { return contents_[number]; }
  std::string_view text(Number number) const { return texts_.text(number); }
  std::string_view name(const Document& document) const { return texts_.text(document.name); }
  std::string path(const Document& document) const;
  Entry entry(Number document) const;
  // Of two documents of one content: is the first rather shown?
  bool is_preferred(const Entry& one, const Entry& other) const;
  // Fetches from memory what is soon asked of an entry: to weigh it, and to show it.
  void will_weigh(const Entry& entry) const { __builtin_prefetch(&sources_[entry.content]); }
  void will_read(const Entry& entry) const {
    __builtin_prefetch(&documents_[entry.document]);
    __builtin_prefetch(&contents_[entry.content]);
    __builtin_prefetch(texts_.text(entry.name).data());
  }
  std::string_view folder(const Document& document) const { return texts_.text(document.folder); }
  const std::vector<Audience>& audiences() const { return audiences_; }
  // Is there a source of the document? The first thing asked of each, so it is a bit apart.
  bool is_present(Number document) const { return present_[document]; }
  std::size_t document_slots() const { return documents_.size(); }

  // A round is as long as one fresh segment takes new documents; the one before is over when they
  // all stand in a ranked one.
  void begin_round() { ++round_; }
  void end_rounds_before() { unranked_since_ = round_; }
  bool is_fresh(Number document) const { return documents_[document].round == round_; }
  void set_fresh(Number document) { documents_[document].round = round_; }
  // Documents of the content that may stand in no ranked segment yet, at most so many.
  template <class Take>
  void each_unranked(const Content& content, std::size_t most, Take&& take) const {
    for (auto at = content.first; most > 0 && at != kNone; at = documents_[at].next, --most) {
      if (documents_[at].round < unranked_since_) return;
      take(at);
    }
  }

  // Peers that are present and list the content in a document that `visible` (by audience) has.
  Number sources(Number content, const std::vector<bool>& visible) const;
  Number sources(Number content) const { return sources_[content]; }  // whoever may see them
  std::vector<bool> peers_named(std::string_view folded) const;       // or of that id
  // By document: does one of these peers list it, and is present?
  std::vector<bool> listed_by(const std::vector<bool>& peers) const;

  // Documents that stand in no ranked segment are of a round that is not over.
  template <class Take>
  void each_unranked(Take&& take) const {
    for (Number number = 0; number < documents_.size(); ++number)
      if (documents_[number].round >= unranked_since_) take(number);
  }

  void save(SnapshotWriter& out) const;
  void load(SnapshotReader& in);

  // Documents without listings; they keep their number until recycle() gives it away.
  std::vector<Number> take_unlisted();
  void recycle(const std::vector<Number>& documents);
  void give_back_unlisted(const std::vector<Number>& documents);  // that are not recycled yet

 private:
  struct InOrder {
    bool operator()(const Audience& a, const Audience& b) const {
      return std::tie(a.everyone, a.groups, a.accounts) <
             std::tie(b.everyone, b.groups, b.accounts);
    }
  };
  template <class Id>
  std::uint64_t hash_of_id(const Id& id) const;
  std::uint64_t hash_of_listing(Number listing) const;
  std::uint64_t hash_of_document(Number document) const;
  Number find_listing(Number peer, Number folder, Number name) const;
  Number document_of(const Listing& listing, Number folder, Number name);
  Number content_of(const ContentId& id, std::uint64_t size);
  Number audience_of(const Audience& audience);
  void link(Number peer, Number document);
  void unlink(Number listing);
  void hold(Number content, Number peer, Number document);
  void let_go(Number content, Number peer, Number document);
  void count_present(Number document, int change);
  void restrict(Number content, int change);

  std::uint64_t salt_;  // peers choose ids: where one falls must not be theirs to choose
  TextPool texts_;
  std::vector<Peer> peers_;
  std::vector<Listed> listings_;
  std::vector<Document> documents_;
  std::vector<bool> present_;  // by document
  std::vector<Content> contents_;
  std::vector<Number> sources_;      // by content: peers that are present and have it, all of them
  std::vector<bool> is_restricted_;  // by content: has it documents that are not for everyone?
  std::vector<Audience> audiences_;
  std::map<Audience, Number, InOrder> audience_numbers_;
  std::vector<Number> free_listings_;
  std::vector<Number> free_documents_;
  std::vector<Number> free_contents_;
  std::vector<Number> unlisted_;
  Number round_ = 1;
  Number unranked_since_ = 1;
  IdTable peer_numbers_;
  IdTable listing_numbers_;  // by peer and path
  IdTable document_numbers_;
  IdTable content_numbers_;
};

}  // namespace swapmeet::search_memory
