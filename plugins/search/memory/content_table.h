// The contents that are listed, who holds each, and how many sources it has: counted as peers come
// and go, so that a search reads a number and asks no peer. A peer with several documents of a
// content is one source.
// Threads: one writer, or many readers, at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "search/memory/numbers.h"
#include "search/memory/rows.h"
#include "swapmeet/id.h"

namespace swapmeet::search_memory {

struct Content {
  ContentId id;
  std::uint64_t size = 0;
  Number first = kNone;                // its documents
  Number restricted = 0;               // documents that are not for everyone
  std::vector<std::uint64_t> holders;  // peer << 32 | document, sorted
};

class ContentTable {
 public:
  explicit ContentTable(std::uint64_t salt) : salt_(salt) {}

  Number number_of(const ContentId& id, std::uint64_t size);  // made when it is new
  void forget(Number content);  // that has no documents any more; its number is given away again

  // `peer` lists the content in `document`, or no longer does.
  void hold(Number content, Number peer, Number document, bool is_present);
  void let_go(Number content, Number peer, Number document, bool is_present);
  // For each of the documents in which a peer holds it, when the peer comes or goes.
  void flip(Number content, Number peer, Number document, bool is_present);
  // One document more, or less, is not for everyone.
  void restrict(Number content, int change);
  Number& first_document(Number content) { return contents_[content].first; }

  const Content& operator[](Number number) const { return contents_[number]; }
  std::size_t size() const { return contents_.size(); }
  Number sources(Number content) const { return sources_[content]; }  // whoever may see them
  // Fetches from memory what sources() and operator[] are soon asked.
  void will_count(Number content) const { __builtin_prefetch(&sources_[content]); }
  void will_read(Number content) const { __builtin_prefetch(&contents_[content]); }
  bool is_restricted(Number content) const { return is_restricted_[content]; }
  // Peers for which `is_present`, and that hold it in a document for which `is_visible`.
  template <class IsPresent, class IsVisible>
  Number count(Number content, IsPresent&& is_present, IsVisible&& is_visible) const {
    Number sources = 0;
    Number counted = kNone;
    for (const auto pair : contents_[content].holders) {
      const auto peer = static_cast<Number>(pair >> 32);
      if (peer == counted || !is_present(peer)) continue;
      if (!is_visible(static_cast<Number>(pair))) continue;
      counted = peer;
      ++sources;
    }
    return sources;
  }

  // A snapshot keeps these three apart.
  void save_rows(SnapshotWriter& out) const;
  void load_rows(SnapshotReader& in);
  void save_free(SnapshotWriter& out) const { out.table(contents_.free()); }
  void load_free(SnapshotReader& in) { contents_.set_free(in.table<Number>()); }
  void save_numbers(SnapshotWriter& out) const { numbers_.save(out); }
  void load_numbers(SnapshotReader& in) { numbers_.load(in); }

 private:
  std::uint64_t salt_;
  Rows<Content> contents_;
  std::vector<Number> sources_;      // by content: peers that are present and have it, all of them
  std::vector<bool> is_restricted_;  // by content: has it documents that are not for everyone?
  IdTable numbers_;
};

}  // namespace swapmeet::search_memory
