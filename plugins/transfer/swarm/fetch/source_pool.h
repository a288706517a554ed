// The sources of one running download: how each does, who works next, who has to make room, and
// why nobody is left.
// Threads: guarded by the lock of its transfer; only PoolSource::received is touched without.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "swapmeet/transfer.h"
#include "transfer/swarm/fetch/source_client.h"
#include "transfer/swarm/pace/pacer.h"
#include "transfer/swarm/pieces/piece_map.h"

namespace swapmeet::transfer_swarm {

struct Patience {
  std::chrono::milliseconds stall_after{10'000};   // without a byte
  std::chrono::milliseconds first_backoff{2'000};  // doubles up to the next
  std::chrono::milliseconds longest_backoff{300'000};
};

// How long to wait after so many failures: doubled each time, and up to half of it more, so that
// not all come back at once.
std::chrono::milliseconds backoff(const Patience& patience, unsigned failures,
                                  std::mt19937_64& random);

struct PoolSource {
  using Instant = std::chrono::steady_clock::time_point;
  Source source;
  std::unique_ptr<SourceClient> client;  // while it works
  std::thread thread;
  bool working = false;
  bool asking = false;   // a request is on its way: bytes are expected
  bool dropped = false;  // it sent wrong bytes
  bool withdrawn = false;
  bool in_queue = false;  // it said when to come back
  bool tried = false;
  bool listed = false;             // the registry names it: it serves everybody
  bool partial = false;            // it has not all of the content yet
  std::optional<std::string> has;  // bits of the pieces that a partial one had when it was asked
  std::string coming;              // of those that were on their way to it
  std::unique_ptr<SourceClient> looker;  // asks for these, beside the one that fetches
  Instant look_at{};                     // when to do so next
  Pacer::Reader pace;                    // of what comes from it; none: there are no limits
  Instant spare_until{};                 // so long it should send others what nobody has yet
  std::size_t next_piece = 0;            // where to look for the next one for it
  unsigned failures = 0;
  Instant retry_at{};
  Instant heard{};                        // bytes came, or were asked for
  Instant last_piece{};                   // was proven, or the work began
  std::chrono::nanoseconds piece_time{};  // of its last pieces
  std::size_t run_length = 1;             // pieces that it is asked for at once
  std::atomic<std::uint64_t> received{0};
  std::uint64_t measured = 0;  // of `received`
  std::uint64_t bytes = 0;     // proven ones
  std::uint64_t rate = 0;      // bytes a second; the last one when it does not work
  std::string state = "idle";
  std::string sent_home;  // why the transfer interrupted it
};

class SourcePool {
 public:
  using Instant = PoolSource::Instant;
  // `liars`: keys (key_of) of those that were dropped in earlier runs.
  SourcePool(const Patience& patience, const PeerId& self, std::vector<std::string> liars);

  // By what a source is known again: its peer, or its address when it has no peer id.
  static std::string key_of(const Source& source);

  void add(const std::vector<Source>& sources);  // those that are new
  // The same, as the registry lists them for a content of so many bytes.
  void add_listed(const std::vector<Source>& sources, std::uint64_t size);
  // Of each piece, how many of the partial sources have it or fetch it; empty: there are none.
  PieceMap::Copies copies(std::size_t pieces) const;
  std::vector<std::unique_ptr<PoolSource>>& all() { return sources_; }
  const std::vector<std::string>& liars() const { return liars_; }
  std::size_t working() const;
  // The partial one that is to be asked next which pieces it has; nullptr: there is none. And how
  // many there are.
  PoolSource* next_to_look() const;
  std::size_t partial() const;
  // Among those and this host, which are all in one order everywhere, where this host stands, from
  // 0 to below 1: where in the file it begins.
  double rank() const;
  // Who may begin to work now; nullptr: nobody.
  PoolSource* next(Instant now);
  // One that works and is so slow that `waiting` should have its place; nullptr: nobody.
  PoolSource* slow_beside(const PoolSource& waiting, Instant now);
  // Brings the rates up to date; what all together receive a second. Those from which nothing came
  // for too long are sent home.
  std::uint64_t measure(Instant now);
  // It goes home with an error: dropped, or to be tried again later.
  void failed(PoolSource& source, const Error& error, Instant now);
  void send_home(PoolSource& source, const std::string& why);
  // Whoever offered it has taken it back: it is not asked any more, at whatever address.
  void withdraw(const Source& offered);
  // The same peer's same thing, at whatever address.
  static bool is_same(const Source& one, const Source& other);

  // Of those that said when to come back, the soonest.
  std::optional<std::chrono::seconds> retry_after(Instant now) const;
  std::string why_nobody(const std::string& registry_why) const;
  std::vector<DownloadSource> report() const;

 private:
  PoolSource* find(const Source& source) const;  // by its address
  Patience patience_;
  PeerId self_;
  std::vector<std::string> liars_;
  std::vector<std::unique_ptr<PoolSource>> sources_;
  Instant measured_{};
  std::uint64_t rate_ = 0;
  std::mt19937_64 random_{std::random_device{}()};
};

}  // namespace swapmeet::transfer_swarm
