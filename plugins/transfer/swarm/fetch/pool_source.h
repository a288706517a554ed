// One source of a running download: how it stands, what it has, and its lanes, each a connection
// with a worker of its own. All lanes together are one source for the person and one reader for the
// source.
// Threads: for one at a time (its transfer holds a lock), but for what a lane's link allows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "transfer/swarm/fetch/lane_count.h"
#include "transfer/swarm/fetch/source_link.h"
#include "transfer/swarm/fetch/source_speed.h"
#include "transfer/swarm/fetch/source_standing.h"
#include "transfer/swarm/fetch/source_users.h"
#include "transfer/swarm/pieces/piece_map.h"

namespace swapmeet::transfer_swarm {

// Which pieces a source has that is still fetching the content itself.
struct SourcePieces {
  bool partial = false;            // it has not all of the content yet
  std::optional<std::string> has;  // bits of the pieces that it had when it was asked
  std::string coming;              // of those that were on their way to it
  Instant look_at{};               // when to ask it next
};

struct Lane {
  Lane(const Source& source, Clock& clock, Pacer* pacer) : link(source, clock, pacer) {}
  SourceLink link;
  SourceSpeed speed;
  bool works = false;
  std::vector<PieceMap::Run> asked;  // what is on its way, in this order
  std::size_t next_piece = 0;        // that follows the last one it was asked for
  Instant last_piece{};              // was proven, or the work began
};

class PoolSource {
 public:
  PoolSource(Source who, Clock& clock, Pacer* pacer);
  const Source& source() const { return source_; }
  std::string key() const { return SourceLink::key_of(source_); }

  SourceStanding standing;
  SourcePieces pieces;
  LaneCount count;
  bool listed = false;      // the registry names it: it serves everybody
  std::string ticket;       // for it alone, as the registry gave it last; may be empty
  std::uint64_t bytes = 0;  // proven ones
  SourceUsers::Use use;     // from when it has worked

  const std::vector<std::unique_ptr<Lane>>& lanes() const { return lanes_; }
  // One that does not work; a new one when all do.
  Lane& idle_lane();
  std::size_t working() const;     // lanes
  std::uint64_t rate() const;      // of all lanes
  std::uint64_t received() const;  // over all lanes
  // What is on its way over other lanes than this one.
  std::vector<PieceMap::Run> asked_beside(const Lane& lane) const;
  Instant last_piece() const;  // of any lane
  std::chrono::nanoseconds round_trip() const;
  void interrupt();  // all lanes

 private:
  const Source source_;
  Clock& clock_;
  Pacer* const pacer_;
  std::vector<std::unique_ptr<Lane>> lanes_;  // one at least
};

}  // namespace swapmeet::transfer_swarm
