// The sources of one running download: how each does, who works next, who has to make room, and
// why nobody is left.
// Threads: for one at a time (its transfer holds a lock). It reads no clock: moments are handed in.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "swapmeet/downloads.h"
#include "transfer/swarm/fetch/patience.h"
#include "transfer/swarm/fetch/pool_source.h"
#include "transfer/swarm/pieces/piece_map.h"

namespace swapmeet::transfer_swarm {

class SourcePool {
 public:
  struct Setting {
    Clock& clock;            // for its links only
    Pacer* pacer = nullptr;  // the same
    PeerId self;             // never a source
    std::uint64_t seed = 0;  // of the back-offs' jitter
    Patience patience{};
  };
  // `liars`: keys (SourceLink::key_of) of those that were dropped in earlier runs.
  SourcePool(const Setting& setting, std::vector<std::string> liars);

  void add(const std::vector<Source>& sources);  // those that are new
  // The same, as the registry lists them for a content of so many bytes.
  void add_listed(const std::vector<Source>& sources, std::uint64_t size);
  std::vector<std::unique_ptr<PoolSource>>& all() { return sources_; }
  const std::vector<std::string>& liars() const { return liars_; }
  // Whoever offered it has taken it back: it is not asked any more, at whatever address.
  void withdraw(const Source& offered);
  // The same peer's same thing, at whatever address.
  static bool is_same(const Source& one, const Source& other);

  // Of each piece, how many of the partial sources have it or fetch it; empty: there are none.
  PieceMap::Copies copies(std::size_t pieces) const;
  // The partial one that is to be asked next which pieces it has; nullptr: there is none. And how
  // many there are.
  PoolSource* next_to_look() const;
  std::size_t partial() const;
  // Partial sources and this host are in one order everywhere. Where this host stands in it, from 0
  // to below 1: there in the file it begins.
  double rank() const;

  std::size_t working() const;
  std::size_t working_lanes() const;
  // Who may begin to work now; nullptr: nobody.
  PoolSource* next(Instant now);
  // One that works and is so slow that `waiting` should have its place; nullptr: nobody.
  PoolSource* slow_beside(const PoolSource& waiting, Instant now);
  void send_home(PoolSource& source, const std::string& why);
  // A lane's worker, which works no longer, ended with an error: the source is dropped, or, when no
  // other lane works, tried again later.
  void failed(PoolSource& source, const Error& error, Instant now);
  // One that works, should have another connection and has none yet; nullptr: none.
  PoolSource* wants_lane() const;
  // Brings the rates up to date and sends those home from which nothing came for too long. Returns
  // what all together receive a second.
  std::uint64_t measure(Instant now);

  // Of those that said when to come back, the soonest.
  std::optional<std::chrono::seconds> retry_after(Instant now) const;
  bool nobody_has_it() const;  // all have said so, or lied
  std::string why_nobody(const std::string& registry_why) const;
  std::vector<DownloadSource> report() const;

 private:
  void retire_former(const Source& now);
  PoolSource* find(const Source& source) const;  // by its address
  const Setting setting_;
  std::vector<std::string> liars_;
  std::vector<std::unique_ptr<PoolSource>> sources_;
  std::optional<Instant> measured_;
  std::uint64_t rate_ = 0;
  std::mt19937_64 random_;
};

}  // namespace swapmeet::transfer_swarm
