// The work of one lane of a source for a running download: learns what the file is, if nobody knows
// that yet, and then fetches pieces, each proven before it is written, until there is nothing more
// to do, the source fails or it is sent home. The next pieces are asked for before the last ones
// have come, so that the source always has something to send.
// Threads: work() is for the lane's own thread and blocks it; begin_work() for who holds the
// board's lock. What it shares with the others is on the board.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "transfer/swarm/fetch/incoming_piece.h"
#include "transfer/swarm/fetch/transfer_board.h"

namespace swapmeet::transfer_swarm {

class SourceWorker {
 public:
  SourceWorker(TransferBoard& board, PoolSource& source, Lane& lane)
      : board_(board), source_(source), lane_(lane) {}
  void work();

 private:
  using Lock = std::unique_lock<std::mutex>;

  // Until somebody knows the pieces: this source, or one that was faster.
  Result<void> learn();
  Result<Learned> learn_now(const std::optional<std::uint64_t>& hint, bool is_partial);
  // A partial source can tell the exact size once it has the last piece.
  Result<void> look_for_last();
  // Some pieces are asked for along with what has to be learned.
  void ask_along(std::uint64_t size);
  void take_along();

  Result<void> fetch_all();
  // Asks for as much as should be on its way. False: there is nothing to wait for, nor will be.
  bool ask_more();
  void top_up();
  SourceSpeed::Others others() const;
  std::optional<PieceMap::Run> take(Instant now);
  void ask_for(const PieceMap::Run& run);
  void enter(const PieceMap::Run& run);
  void give_back_all();
  bool is_too_many() const;
  bool must_look() const;
  std::size_t begun_of(std::size_t piece) const;

  // Until the next piece is whole, proven and written.
  Result<void> fetch();
  Result<void> fetch_piece();
  Result<void> open_next();
  Result<void> keep();
  void piece_came();
  // A source that has only a part after all is no bad one.
  Result<void> look_what_is_there(const Error& missing);
  // After bytes had come the connection broke: true when it goes on over another one.
  bool goes_on_after(const Error& error);

  struct Along {
    PieceMap::Run run;
    std::uint64_t size = 0;  // that the file was said to have
  };

  TransferBoard& board_;
  PoolSource& source_;
  Lane& lane_;
  std::optional<Along> along_;   // was asked for before the pieces were known
  std::uint64_t coming_ = 0;     // bytes of what the lane has asked for
  std::uint64_t ask_below_ = 0;  // more is asked for when fewer are coming
  bool is_alone_ = false;        // nothing was on its way when the first was asked for
  bool is_open_ = false;         // the answer to the first has begun
  IncomingPiece piece_;          // of the first
  bool is_begun_ = false;  // some of that piece has come, over this connection or one that broke
  std::uint64_t received_ = 0;         // bytes, by when the last connection broke
  std::size_t pieces_ = 0;             // that have come
  Instant began_{};                    // the time over which it is seen how busy the thread is
  std::chrono::nanoseconds waited_{};  // for bytes, by then
};

// Puts a source to work with one more lane, on a thread of its own, with the board's lock. Throws
// std::system_error when there is no thread.
void begin_work(TransferBoard& board, PoolSource& source);

}  // namespace swapmeet::transfer_swarm
