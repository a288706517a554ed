// A source of one content that counts what is fetched from it, holds back bytes until the test lets
// them go, and misbehaves on demand. Speaks HTTP over plain sockets on a free port of 127.0.0.1, so
// that it can break every rule.
// Threads: one accepts, one a connection; all methods are thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "swapmeet/registry.h"
#include "transfer/swarm/hashing/merkle.h"

namespace fakes {

enum class Fault {
  none,
  stalls,            // half of what was asked for, and then nothing
  silent,            // takes the request and says nothing
  trickles,          // a byte now and then
  wrong_bytes,       // one bit of the last byte
  wrong_layer,       // one bit of the Merkle layer
  too_few,           // promises a byte less
  too_many,          // promises what was asked for, and sends more
  wrong_range,       // a Content-Range beside the one that was asked for
  wrong_size,        // says that the file is a byte longer
  huge_size,         // says that it has 2^63 - 1 bytes, the most that fits into a Content-Length
  whole_file,        // 200 and everything
  busy,              // 503
  full,              // 503: a second, and the third in the queue
  endless_head,      // header fields without an end
  endless_continue,  // 100 Continue without an end
  closes_after,      // a good answer, and Connection: close
  closes_midway,     // half of what was asked for, and the connection ends
  not_http,
};

swapmeet::transfer_swarm::MerkleTree tree_of(const std::string& file);

class FakeSource {
 public:
  explicit FakeSource(std::string file);
  ~FakeSource();

  void misbehave(Fault fault);
  // Sends no more than so many bytes of the file in all, until it is told again or released.
  // Whoever asks for more gets an answer's head, and waits for the rest.
  void hold_at(std::uint64_t bytes);
  void release();
  // Bytes of real time's second for each connection; 0: as fast as it can. For tests of whole
  // programs, which cannot tell when to go on.
  void slow_down(std::uint64_t bytes_per_second);

  // Only these pieces of a MiB, as a peer that is still fetching it; a bit a piece.
  void has_only(std::string bits);
  // It answers 404 to who asks for the leaves of its last piece.
  void tells_no_leaves();

  swapmeet::ContentId content() const;
  swapmeet::Source source(std::uint8_t peer) const;  // a peer id of this number; 0: none
  std::string url() const;
  // Bytes of the file that were sent, and requests for them.
  std::uint64_t served() const;
  std::uint64_t requests() const;
  // It is about to answer, and neither held, stuck nor slow: no test should let time pass now.
  bool is_busy() const;
  std::uint64_t asked() const;    // requests of any kind
  std::uint64_t refused() const;  // requests for pieces that it has not got
  std::uint64_t layers() const;   // Merkle layers that were sent
  std::uint64_t reports() const;  // of which pieces it has
  std::uint64_t doubted() const;  // how often it was told that it sent wrong bytes
  // Until nobody is connected, so that nothing more is counted; false after a minute.
  bool wait_until_left() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The same bytes for the same size and seed.
std::string noise(std::size_t size, std::uint32_t seed = 7);

}  // namespace fakes
