// The way to one source of a running download: who it is, the connection over which its worker
// fetches, that worker's thread, and the pace at which bytes may come. The worker opens an answer
// with client() and reads it here.
// Threads: what reads, opens or tells about that is for the worker; interrupt(), received() and
// is_held_back() for any thread; the rest for one at a time, which the lock of the transfer sees
// to.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "swapmeet/registry.h"
#include "swapmeet/time.h"
#include "transfer/swarm/fetch/incoming_piece.h"
#include "transfer/swarm/fetch/source_client.h"
#include "transfer/swarm/pace/pacer.h"
#include "transfer/swarm/pieces/piece_map.h"

namespace swapmeet::transfer_swarm {

class SourceLink {
 public:
  // `pacer` may be null: then bytes come as fast as they do. Both must outlive the link.
  SourceLink(Source source, Clock& clock, Pacer* pacer);
  ~SourceLink();  // waits for the worker: interrupt it before

  const Source& source() const { return source_; }
  // By what a source is known again: its peer, or its address when it has no peer id.
  static std::string key_of(const Source& source);
  std::string key() const { return key_of(source_); }

  // A new connection for a worker, and what the source is told about the one who asks.
  void open(std::chrono::milliseconds stall_after, const PeerId& self, const std::string& ticket);
  void close();
  SourceClient& client() { return *client_; }
  // Waits for the worker before this one, and starts `work` on a thread.
  void start(std::function<void()> work);
  void join();
  // The worker's call ends soon, and all its later ones at once, until open().
  void interrupt();

  // Opens the next answer, as client() does. `alone`: nothing was on its way when it was asked for,
  // so that it tells the round trip.
  Result<void> next_answer(bool alone);
  // The shortest that it was; zero before the first.
  std::chrono::nanoseconds round_trip() const {
    return round_trip_.value_or(std::chrono::nanoseconds{});
  }
  // All of these read what was opened. `cancelled`: interrupted.
  Result<void> fill(char* to, std::size_t size);
  // The next bytes of the piece, at least one; how many.
  Result<std::size_t> receive(IncomingPiece& piece);
  // What a source that sent wrong bytes is dropped for; it is told, so that it looks at its file.
  Error wrong_bytes(std::uint64_t offset, std::uint64_t length);
  // The rest of it, proven. `corrupt`: it sent wrong bytes.
  Result<void> receive(IncomingPiece& piece, const PieceMap& pieces);

  std::uint64_t received() const { return received_; }
  // For how long its worker has waited for bytes, in all.
  std::chrono::nanoseconds waited() const { return waited_; }
  // It could send more, but this host's limits do not let it.
  bool is_held_back() const { return held_back_; }

 private:
  Result<std::size_t> some(char* to, std::size_t most);
  // How many of the wanted bytes may come now, after waiting for that; 0: interrupted.
  std::size_t wait_for_turn(std::size_t wanted);

  const Source source_;
  Clock& clock_;
  Pacer* const pacer_;
  Pacer::Reader pace_;
  std::unique_ptr<SourceClient> client_;
  std::thread worker_;
  std::chrono::nanoseconds waited_{};
  std::optional<std::chrono::nanoseconds> round_trip_;
  std::atomic<std::uint64_t> received_{0};
  std::atomic<bool> held_back_{false};
  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  bool interrupted_ = false;
};

}  // namespace swapmeet::transfer_swarm
