// Asks the partial sources of a running download again and again which pieces they have by now,
// over connections of its own: also those that are busy sending a piece.
// Threads: one of its own, which works at the board, and one that ends calls which take too long in
// all; the rest is for the thread that runs the
// download, and interrupt() for who holds the board's lock. Each call to a source may take two
// seconds of real time, since sockets know no other.
#pragma once

#include <map>
#include <memory>
#include <thread>

#include "transfer/swarm/fetch/source_client.h"
#include "transfer/swarm/fetch/transfer_board.h"

namespace swapmeet::transfer_swarm {

// Asks a source over this connection which pieces it has, and notes that on the board.
Result<void> look(TransferBoard& board, PoolSource& source, SourceClient& client);

class PartialScout {
 public:
  explicit PartialScout(TransferBoard& board) : board_(board) {}
  ~PartialScout() { join(); }
  void start();      // once is enough
  void interrupt();  // the calls that run end soon; with the board's lock
  void join();       // when the board is over, or the download interrupted

 private:
  void watch();
  void hurry();
  TransferBoard& board_;
  std::map<const PoolSource*, std::unique_ptr<SourceClient>> clients_;  // with the board's lock
  SourceClient* looking_ = nullptr;  // these two as well: who is asked now, and until when
  Instant look_until_{};
  std::thread thread_;
  std::thread hurrying_;
};

}  // namespace swapmeet::transfer_swarm
