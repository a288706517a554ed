#include "transfer/swarm/fetch/source_worker.h"

#include <exception>
#include <utility>

#include "transfer/swarm/fetch/partial_scout.h"
#include "transfer/swarm/fetch/piece_choice.h"

namespace swapmeet::transfer_swarm {
namespace {

constexpr std::chrono::seconds kLookForLast{1};

Error ended() { return {ErrorCode::cancelled, "ended", {}}; }

}  // namespace

void begin_work(TransferBoard& board, PoolSource& source) {
  source.link.join();  // it has said that it does not work
  source.link.open(board.options.patience.stall_after, board.options.self,
                   board.ticket_for(source));
  source.speed.rests();
  source.last_piece = board.clock.steady();
  source.standing.begin();
  source.link.start([&board, &source] { SourceWorker(board, source).work(); });
}

void SourceWorker::work() {
  Result<void> result;
  try {
    result = fetch_all();
  } catch (const std::exception& exception) {
    result = Error{ErrorCode::internal, exception.what(), {}};
  }
  const std::lock_guard lock(board_.mutex);
  if (!result && !board_.over() && !board_.interrupted)
    board_.pool.failed(source_, result.error(), board_.clock.steady());
  else
    source_.standing.end();
  source_.link.close();
  board_.changed.notify_all();
}

Result<void> SourceWorker::fetch_all() {
  auto result = learn();
  if (!result && result.error().code == ErrorCode::not_found)         // it may have a part
    static_cast<void>(look(board_, source_, source_.link.client()));  // known the next time
  while (result) {
    const auto run = next_run();
    if (!run) break;
    result =
        run->count == 0 ? look(board_, source_, source_.link.client()) : fetch_what_is_there(*run);
  }
  return result;
}

Result<void> SourceWorker::learn() {
  std::unique_lock lock(board_.mutex);
  auto& learning = board_.learning;
  while (!board_.map) {
    if (board_.over()) return ended();
    const auto now = board_.clock.steady();
    if (!learning.may_try(now)) {
      board_.wait_a_tick(lock);
      continue;
    }
    learning.begin(now, board_.options.patience.stall_after);
    source_.speed.expects(now);
    const auto hint = learning.told_size();
    const bool is_partial = source_.pieces.partial;
    lock.unlock();
    auto ready = is_partial ? look_for_last() : Result<void>{};
    auto facts =
        ready ? learn_from(source_.link, board_.content, hint) : Result<Learned>(ready.error());
    lock.lock();
    source_.speed.rests();
    board_.changed.notify_all();
    if (!facts) {
      learning.fail();
      return facts.error();
    }
    const auto got = facts->last_piece.size();
    if (!board_.map && learning.finish(std::move(*facts))) {
      source_.bytes += got;
      if (board_.options.received) board_.options.received(got);
      board_.is_public = board_.is_public || source_.listed;
    }
  }
  source_.last_piece = board_.clock.steady();
  return {};
}

Result<void> SourceWorker::look_for_last() {
  if (auto looked = look(board_, source_, source_.link.client()); !looked) return looked;
  const std::lock_guard lock(board_.mutex);
  const auto count = piece_count(board_.learning.told_size().value_or(0));
  const auto& has = source_.pieces.has;
  if (!has || (count > 0 && has_bit(*has, count - 1))) return {};
  return Error{ErrorCode::unavailable, "it has not got the last piece yet", std::nullopt,
               kLookForLast};
}

std::optional<PieceMap::Run> SourceWorker::next_run() {
  std::unique_lock lock(board_.mutex);
  while (!board_.over() && !board_.map->complete()) {
    if (source_.pieces.partial && !source_.pieces.has) return PieceMap::Run{};
    if (const auto run = take(board_.clock.steady())) {
      source_.next_piece = run->first + run->count;
      board_.writer.expect(*run, true);
      return run;
    }
    board_.wait_a_tick(lock);
  }
  return std::nullopt;
}

// With the lock.
std::optional<PieceMap::Run> SourceWorker::take(Instant now) {
  const auto& speed = source_.speed;
  const auto& has = source_.pieces.has;
  const auto& pool = board_.pool;
  const auto wish =
      choose_pieces(*board_.map,
                    {source_.pieces.partial, has ? &*has : nullptr, source_.next_piece,
                     speed.look_ahead(), speed.piece_time(), speed.spare_until()},
                    {pool.partial(), pool.rank(), pool.working()}, board_.random(),
                    board_.options.patience.stall_after, now);
  return wish ? board_.map->take(*wish, now) : std::nullopt;
}

Result<void> SourceWorker::fetch_what_is_there(const PieceMap::Run& run) {
  auto fetched = fetch(run);
  if (fetched || fetched.error().code != ErrorCode::not_found) return fetched;
  if (auto looked = look(board_, source_, source_.link.client()); !looked) return fetched;
  const std::lock_guard lock(board_.mutex);
  const auto& has = source_.pieces.has;
  return !has || has_bit(*has, run.first) ? fetched : Result<void>{};
}

Result<void> SourceWorker::fetch(const PieceMap::Run& run) {
  const auto asked_at = board_.clock.steady();
  {
    const std::lock_guard lock(board_.mutex);
    source_.speed.expects(asked_at);
    source_.link.client().set_ticket(board_.ticket_for(source_));
  }
  auto fetched = fetch_pieces(run);
  const std::lock_guard lock(board_.mutex);
  source_.speed.rests();
  source_.speed.fetched(run.count, asked_at, board_.clock.steady());
  board_.map->give_back(run);
  board_.writer.expect(run, false);
  return fetched;
}

Result<void> SourceWorker::fetch_pieces(const PieceMap::Run& run) {
  const auto& map = *board_.map;
  const auto last = run.first + run.count - 1;
  const auto first = map.offset(run.first);
  auto result = source_.link.client().open_range(first, map.offset(last) + map.length(last) - first,
                                                 map.file_size());
  for (auto piece = run.first; result && piece <= last; ++piece) {
    const auto length = map.length(piece);
    if (buffer_.size() < length) buffer_.resize(length);
    result = source_.link.receive(map, piece, buffer_.data());
    if (result) result = keep(piece, length);
  }
  return result;
}

Result<void> SourceWorker::keep(std::size_t piece, std::size_t length) {
  auto& writer = board_.writer;
  if (!writer.wait_for_room()) return ended();
  {
    const std::lock_guard lock(board_.mutex);
    if (board_.over()) return ended();
    if (board_.map->is_proven(piece)) return {};
  }
  const auto written = writer.write(board_.map->offset(piece), buffer_.data(), length);
  const std::lock_guard lock(board_.mutex);
  if (!written) {
    board_.changed.notify_all();
    return ended();
  }
  if (board_.map->mark_proven(piece)) {
    source_.bytes += length;
    if (board_.options.received) board_.options.received(length);
    writer.count(piece, length);
    board_.is_public = board_.is_public || source_.listed;
  }
  source_.last_piece = board_.clock.steady();
  source_.standing.forgive();
  if (writer.has_much_unsaved() || board_.map->complete()) board_.changed.notify_all();
  return {};
}

}  // namespace swapmeet::transfer_swarm
