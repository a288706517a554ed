// What decides whether a hit is shown, and where: a small row in memory per doc, so that a query
// that matches a hundred thousand docs touches the disk for none of them but those on its page. A
// doc is one (content, path, audience, attributes), however many peers list it. Presence is a flag
// per peer. Threads: one writer, or many readers, at a time; the store locks it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "swapmeet/id.h"
#include "swapmeet/identity.h"
#include "swapmeet/media_type.h"

namespace swapmeet::search_fts {

// Keys count from 1; 0 is none. They are the keys of the database's rows.
using DocKey = std::uint32_t;
using PeerKey = std::uint32_t;
using AudienceKey = std::uint32_t;

struct NewDoc {
  DocKey key = 0;
  DocKey same_content = 0;  // another doc of the content, or 0
  ContentId content;
  std::string_view name;
  AudienceKey audience = 0;
  std::int64_t size = 0;
  std::int64_t modified = 0;     // milliseconds
  std::uint32_t attributes = 0;  // the key of their row; 0: it has none
};

struct Doc {
  std::uint32_t content = 0;  // 0: there is no such doc
  DocKey previous = 0;        // of the same content
  DocKey next = 0;
  std::uint32_t listings = 0;
  AudienceKey audience = 0;
  std::uint32_t extension = 0;
  std::uint32_t attributes = 0;  // the key of their row; 0: it has none
  std::uint16_t name_size = 0;
  MediaType type : 8 = MediaType::other;
  std::int64_t size = 0;
  std::int64_t modified = 0;
};
static_assert(sizeof(Doc) == 48, "there are millions");

class DocTable {
 public:
  DocTable();

  void add(const NewDoc& doc);
  void set_modified(DocKey key, std::int64_t modified) { docs_[key].modified = modified; }
  void drop(DocKey key);  // that nobody lists
  void list(DocKey doc, PeerKey peer);
  void unlist(DocKey doc, PeerKey peer);
  void set_peer(PeerKey peer, const PeerId& id, std::string folded_name, bool present);
  void set_audience(AudienceKey key, Audience audience);

  DocKey end() const { return static_cast<DocKey>(docs_.size()); }  // above the highest key
  const Doc& doc(DocKey key) const { return docs_[key < docs_.size() ? key : 0]; }
  // 0 when no doc has this extension.
  std::uint32_t extension(const std::string& text) const;
  std::uint64_t content_order(std::uint32_t content) const { return contents_[content].order; }
  std::uint32_t contents_end() const { return static_cast<std::uint32_t>(contents_.size()); }

  // By audience key: may the viewer see it?
  std::vector<bool> admitted(const Identity& viewer) const;
  // By peer key: is its name or its id (hex) this?
  std::vector<bool> peers_named(const std::string& folded) const;
  bool has_source(const Doc& doc) const;
  bool has_source(const Doc& doc, const std::vector<bool>& among) const;
  // Different present peers that list the content for an admitted audience.
  std::uint32_t sources(std::uint32_t content, const std::vector<bool>& admitted) const;
  // The first of these peers, in hex; empty: there is none.
  std::string a_source(std::uint32_t content, const std::vector<bool>& admitted) const;
  template <class Take>
  void each_doc_of(std::uint32_t content, Take&& take) const {
    for (auto key = contents_[content].docs; key != 0; key = docs_[key].next) take(key);
  }

 private:
  struct Listing {
    PeerKey peer = 0;
    std::uint32_t next = 0;
  };
  struct Content {
    std::uint64_t order = 0;  // the front of its id, which decides between equals
    DocKey docs = 0;
  };
  struct Peer {
    std::string id;
    std::string folded_name;
    bool present = false;
  };
  std::uint32_t content_for(const NewDoc& doc);

  // Index 0 is none in each.
  std::vector<Doc> docs_;
  std::vector<Content> contents_;
  std::vector<Listing> listings_;
  std::vector<std::uint32_t> free_contents_;
  std::vector<std::uint32_t> free_listings_;
  std::vector<Peer> peers_;
  std::vector<Audience> audiences_;
  std::unordered_map<std::string, std::uint32_t> extensions_;
};

}  // namespace swapmeet::search_fts
