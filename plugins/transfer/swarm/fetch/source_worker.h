// The work of one source's thread for a running download: learns what the file is, if nobody knows
// that yet, and then fetches pieces, each proven before it is written, until there is nothing more
// to do, the source fails or it is sent home.
// Threads: work() is for the source's own thread and blocks it; begin_work() for who holds the
// board's lock. What it shares with the others is on the board.
#pragma once

#include <optional>
#include <vector>

#include "transfer/swarm/fetch/transfer_board.h"

namespace swapmeet::transfer_swarm {

class SourceWorker {
 public:
  SourceWorker(TransferBoard& board, PoolSource& source) : board_(board), source_(source) {}
  void work();

 private:
  // Until somebody knows the pieces: this source, or one that was faster.
  Result<void> learn();
  // A partial source can tell the exact size once it has the last piece.
  Result<void> look_for_last();
  Result<void> fetch_all();
  // The pieces that this source fetches next, or no pieces at all: ask it first which it has.
  // nullopt: there is nothing more to do.
  std::optional<PieceMap::Run> next_run();
  std::optional<PieceMap::Run> take(Instant now);
  // A source that has only a part after all is no bad one.
  Result<void> fetch_what_is_there(const PieceMap::Run& run);
  Result<void> fetch(const PieceMap::Run& run);
  Result<void> fetch_pieces(const PieceMap::Run& run);
  // Writes the proven piece that is in the buffer.
  Result<void> keep(std::size_t piece, std::size_t length);

  TransferBoard& board_;
  PoolSource& source_;
  std::vector<char> buffer_;  // a piece that is not proven yet
};

// Puts a source to work on a thread of its own, with the board's lock. Throws std::system_error
// when there is no thread.
void begin_work(TransferBoard& board, PoolSource& source);

}  // namespace swapmeet::transfer_swarm
