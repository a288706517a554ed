// The peers that the feed told of: who they are, whether they are present, and where the list of
// what they share begins. A peer is never taken out; it may come back.
// Threads: one writer, or many readers, at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "search/memory/numbers.h"
#include "swapmeet/id.h"

namespace swapmeet::search_memory {

struct Peer {
  PeerId id;
  std::string folded_name;
  bool present = false;
  Number first = kNone;  // its listings, a doubly linked list
};

class PeerTable {
 public:
  explicit PeerTable(std::uint64_t salt) : salt_(salt) {}

  Number number_of(const PeerId& id);  // made when it is new
  void set_name(Number peer, std::string folded) { peers_[peer].folded_name = std::move(folded); }
  void set_present(Number peer, bool present) { peers_[peer].present = present; }
  void set_first(Number peer, Number listing) { peers_[peer].first = listing; }

  const Peer& operator[](Number number) const { return peers_[number]; }
  std::size_t size() const { return peers_.size(); }
  // By peer: is this its name, or the text of its id?
  std::vector<bool> named(std::string_view folded) const;

  // A snapshot keeps rows and numbers apart.
  void save_rows(SnapshotWriter& out) const;
  void load_rows(SnapshotReader& in);
  void save_numbers(SnapshotWriter& out) const { numbers_.save(out); }
  void load_numbers(SnapshotReader& in) { numbers_.load(in); }

 private:
  std::uint64_t salt_;
  std::vector<Peer> peers_;
  IdTable numbers_;
};

}  // namespace swapmeet::search_memory
