#include "transfer/swarm/fetch/source_worker.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "transfer/swarm/fetch/partial_scout.h"
#include "transfer/swarm/fetch/piece_choice.h"

namespace swapmeet::transfer_swarm {
namespace {

constexpr std::chrono::seconds kLookForLast{1};
constexpr std::size_t kMostAlong = 4;  // pieces that are asked for before the layer is known
// A connection that broke after so many bytes is followed by another one at once.
constexpr std::uint64_t kGoodConnection = 64 << 10;
constexpr std::size_t kPiecesOfLook = 8;  // after so many it is seen whether the thread is busy

Error ended() { return {ErrorCode::cancelled, "ended", {}}; }

}  // namespace

void begin_work(TransferBoard& board, PoolSource& source) {
  auto& lane = source.idle_lane();
  lane.link.join();  // it has said that it does not work
  lane.link.open(board.options.patience.stall_after, board.options.self, board.ticket_for(source));
  lane.speed.rests();
  lane.last_piece = board.clock.steady();
  if (!source.use) source.use = board.options.users->use(source.key());
  if (!source.standing.works()) source.standing.begin();
  lane.works = true;
  try {
    lane.link.start([&board, &source, &lane] { SourceWorker(board, source, lane).work(); });
  } catch (...) {
    lane.works = false;
    if (source.working() == 0) source.standing.end();
    throw;
  }
}

void SourceWorker::work() {
  Result<void> result;
  try {
    result = fetch_all();
  } catch (const std::exception& exception) {
    result = Error{ErrorCode::internal, exception.what(), {}};
  }
  const std::lock_guard lock(board_.mutex);
  give_back_all();
  lane_.works = false;
  if (!result && !board_.over() && !board_.interrupted)
    board_.pool.failed(source_, result.error(), board_.clock.steady());
  else if (source_.working() == 0)
    source_.standing.end();
  lane_.link.close();
  board_.changed.notify_all();
}

// What the file is.

Result<void> SourceWorker::learn() {
  Lock lock(board_.mutex);
  auto& learning = board_.learning;
  while (!board_.map) {
    if (board_.over()) return ended();
    const auto now = board_.clock.steady();
    if (!learning.may_try(now)) {
      board_.wait_a_tick(lock);
      continue;
    }
    learning.begin(now, board_.options.patience.stall_after);
    lane_.speed.expects(now);
    const auto hint = learning.told_size();
    const bool is_partial = source_.pieces.partial;
    lock.unlock();
    auto facts = learn_now(hint, is_partial);
    lock.lock();
    lane_.speed.rests();
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
  lane_.last_piece = board_.clock.steady();
  take_along();
  return {};
}

Result<Learned> SourceWorker::learn_now(const std::optional<std::uint64_t>& hint, bool is_partial) {
  if (!is_partial)
    return learn_from(lane_.link, board_.content, hint,
                      [this](std::uint64_t size) { ask_along(size); });
  if (const auto ready = look_for_last(); !ready) return ready.error();
  return learn_from(lane_.link, board_.content, hint);
}

Result<void> SourceWorker::look_for_last() {
  if (auto looked = look(board_, source_, lane_.link.client()); !looked) return looked;
  const std::lock_guard lock(board_.mutex);
  const auto count = piece_count(board_.learning.told_size().value_or(0));
  const auto& has = source_.pieces.has;
  if (!has || (count > 0 && has_bit(*has, count - 1))) return {};
  return Error{ErrorCode::unavailable, "it has not got the last piece yet", std::nullopt,
               kLookForLast};
}

void SourceWorker::ask_along(std::uint64_t size) {
  const std::lock_guard lock(board_.mutex);
  const auto count = piece_count(size) - 1;  // the last one is learned from
  PieceMap::Run run{board_.random() % count, 1};
  if (board_.pool.working_lanes() == 1) run.count = std::min(kMostAlong, count - run.first);
  const auto piece = piece_size_for(size);
  lane_.link.client().ask_range(run.first * piece, run.count * piece, size);
  along_ = Along{run, size};
}

// With the lock: what was asked for along with the lesson, unless that came to nothing.
void SourceWorker::take_along() {
  const auto along = std::exchange(along_, std::nullopt);
  auto& client = lane_.link.client();
  if (!along || client.asked() == 0) return;
  if (along->size != board_.map->file_size()) return client.forget();
  board_.map->claim(along->run, board_.clock.steady());
  enter(along->run);
}

// What is on its way.

Result<void> SourceWorker::fetch_all() {
  auto result = learn();
  auto& client = lane_.link.client();
  if (!result && result.error().code == ErrorCode::not_found)  // it may have a part
    static_cast<void>(look(board_, source_, client));          // known the next time
  began_ = board_.clock.steady();
  waited_ = lane_.link.waited();
  while (result && ask_more())
    result = lane_.asked.empty() ? look(board_, source_, client) : fetch();
  return result;
}

bool SourceWorker::ask_more() {
  Lock lock(board_.mutex);
  while (!board_.over() && !board_.map->complete()) {
    top_up();
    if (!lane_.asked.empty() || must_look()) return true;
    if (is_too_many()) return false;
    board_.wait_a_tick(lock);
  }
  return false;
}

// With the lock, as all below up to enter().
bool SourceWorker::must_look() const { return source_.pieces.partial && !source_.pieces.has; }

bool SourceWorker::is_too_many() const { return source_.working() > source_.count.wanted(); }

void SourceWorker::top_up() {
  ask_below_ = 0;
  if (must_look() || is_too_many()) return;
  const auto ask_below = lane_.speed.ask_below(others());
  while (lane_.asked.empty() || coming_ < ask_below) {
    const auto run = take(board_.clock.steady());
    if (!run) return;  // before the next piece it need not be tried again
    ask_for(*run);
  }
  ask_below_ = ask_below;
}

SourceSpeed::Others SourceWorker::others() const {
  constexpr std::size_t kFew = 8;  // pieces for each
  const auto lanes = board_.pool.working_lanes();
  if (lanes == 1) return SourceSpeed::Others::none;
  const bool few = board_.map->missing() >= kFew * lanes;
  return few ? SourceSpeed::Others::few : SourceSpeed::Others::many;
}

std::optional<PieceMap::Run> SourceWorker::take(Instant now) {
  const auto& speed = lane_.speed;
  const auto& has = source_.pieces.has;
  const auto& pool = board_.pool;
  const auto lanes = pool.working_lanes();
  auto wish = choose_pieces(*board_.map,
                            {source_.pieces.partial, has ? &*has : nullptr, lane_.next_piece,
                             speed.at_once(others()), speed.piece_time(), speed.spare_until()},
                            {pool.partial(), pool.rank(), lanes}, board_.random(),
                            board_.options.patience.stall_after, now);
  if (!wish) return std::nullopt;
  const auto beside = source_.asked_beside(lane_);
  wish->own = lane_.asked;
  wish->beside = beside;
  wish->piece_time = speed.piece_time();
  if (wish->piece_time.count() > 0) {
    const auto before = static_cast<double>(coming_) / static_cast<double>(board_.map->length(0));
    const auto wait = speed.round_trip() + wish->piece_time +
                      std::chrono::nanoseconds(static_cast<std::int64_t>(
                          before * static_cast<double>(wish->piece_time.count())));
    wish->due = now + std::chrono::duration_cast<Instant::duration>(wait);
  }
  return board_.map->take(*wish, now);
}

void SourceWorker::ask_for(const PieceMap::Run& run) {
  const auto& map = *board_.map;
  const auto last = run.first + run.count - 1;
  const auto first = map.offset(run.first) + begun_of(run.first);
  auto& client = lane_.link.client();
  client.set_ticket(board_.ticket_for(source_));
  if (lane_.asked.empty()) is_alone_ = true;
  client.ask_range(first, map.offset(last) + map.length(last) - first, map.file_size());
  enter(run);
}

void SourceWorker::enter(const PieceMap::Run& run) {
  const auto& map = *board_.map;
  const auto last = run.first + run.count - 1;
  lane_.speed.expects(board_.clock.steady());
  lane_.next_piece = last + 1;
  board_.writer.expect(run, true);
  coming_ += map.offset(last) + map.length(last) - map.offset(run.first) - begun_of(run.first);
  lane_.asked.push_back(run);
}

std::size_t SourceWorker::begun_of(std::size_t piece) const {
  return is_begun_ && piece_.piece() == piece ? piece_.filled() : 0;
}

// With the lock.
void SourceWorker::give_back_all() {
  for (const auto& run : lane_.asked) {
    board_.map->give_back(run);
    board_.writer.expect(run, false);
  }
  lane_.asked.clear();
  coming_ = 0;
  is_open_ = false;
  lane_.speed.rests();
}

// One piece after the other.

Result<void> SourceWorker::fetch() {
  auto fetched = fetch_piece();
  if (fetched) return fetched;
  const auto& error = fetched.error();
  if (error.code == ErrorCode::not_found) return look_what_is_there(error);
  return goes_on_after(error) ? Result<void>{} : fetched;
}

Result<void> SourceWorker::fetch_piece() {
  if (auto opened = open_next(); !opened) return opened;
  while (!piece_.whole()) {
    const auto got = lane_.link.receive(piece_);
    if (!got) return got.error();
    coming_ -= *got;
    if (coming_ >= ask_below_) continue;
    const std::lock_guard lock(board_.mutex);
    top_up();
  }
  is_begun_ = false;
  if (!piece_.proven(*board_.map))
    return lane_.link.wrong_bytes(board_.map->offset(piece_.piece()), piece_.length());
  return keep();
}

// The answer with the next piece has begun.
Result<void> SourceWorker::open_next() {
  const auto& map = *board_.map;
  const auto piece = lane_.asked.front().first;
  if (!std::exchange(is_open_, true)) {
    const bool alone = std::exchange(is_alone_, false);
    if (auto opened = lane_.link.next_answer(alone); !opened) return opened;
    const std::lock_guard lock(board_.mutex);
    if (alone) lane_.speed.answered(board_.clock.steady());
    lane_.speed.set_round_trip(lane_.link.round_trip());
    const auto allowed = lane_.link.client().connections();
    if (allowed > 0) source_.count.allow(board_.options.users->share(source_.key(), allowed));
  }
  if (begun_of(piece) == 0) piece_.begin(piece, map.length(piece));
  is_begun_ = true;
  return {};
}

Result<void> SourceWorker::keep() {
  auto& writer = board_.writer;
  const auto before = board_.clock.steady();
  if (!writer.wait_for_room()) return ended();
  began_ += board_.clock.steady() - before;  // that was the disk, not this thread
  const auto piece = piece_.piece();
  bool is_new = true;
  {
    const std::lock_guard lock(board_.mutex);
    if (board_.over()) return ended();
    is_new = !board_.map->is_proven(piece);
  }
  if (is_new)
    if (!writer.write(board_.map->offset(piece), piece_.bytes(), piece_.length())) {
      const std::lock_guard lock(board_.mutex);
      board_.changed.notify_all();
      return ended();
    }
  const std::lock_guard lock(board_.mutex);
  if (is_new && board_.map->mark_proven(piece)) {
    source_.bytes += piece_.length();
    if (board_.options.received) board_.options.received(piece_.length());
    writer.count(piece, piece_.length());
    board_.is_public = board_.is_public || source_.listed;
  }
  piece_came();
  if (writer.has_much_unsaved() || board_.map->complete()) board_.changed.notify_all();
  return {};
}

// With the lock.
void SourceWorker::piece_came() {
  const auto now = board_.clock.steady();
  auto& run = lane_.asked.front();
  board_.writer.expect({run.first, 1}, false);
  ++run.first;
  if (--run.count == 0) {
    lane_.asked.erase(lane_.asked.begin());
    is_open_ = false;
    if (lane_.asked.empty()) lane_.speed.rests();
  }
  lane_.speed.came(piece_.length(), now);
  lane_.last_piece = now;
  source_.standing.forgive();
  if (++pieces_ % kPiecesOfLook != 0) return;
  const auto waited = lane_.link.waited() - std::exchange(waited_, lane_.link.waited());
  const auto span = now - std::exchange(began_, now);
  if (span.count() <= 0 || 5 * waited > 2 * span) return;
  source_.count.busy(source_.working(), board_.options.processors);
  board_.changed.notify_all();
}

Result<void> SourceWorker::look_what_is_there(const Error& missing) {
  const auto piece = lane_.asked.front().first;
  {
    const std::lock_guard lock(board_.mutex);
    give_back_all();
  }
  if (auto looked = look(board_, source_, lane_.link.client()); !looked) return missing;
  const std::lock_guard lock(board_.mutex);
  const auto& has = source_.pieces.has;
  return !has || has_bit(*has, piece) ? Result<void>(missing) : Result<void>{};
}

bool SourceWorker::goes_on_after(const Error& error) {
  const auto received = lane_.link.received();
  const bool was_good = received - std::exchange(received_, received) >= kGoodConnection;
  if (error.code != ErrorCode::unavailable || error.retry_after || !was_good) return false;
  lane_.link.client().forget();
  const std::lock_guard lock(board_.mutex);
  if (board_.over() || board_.interrupted) return false;
  give_back_all();
  source_.count.broke();
  const auto piece = piece_.piece();
  if (is_begun_ && !board_.map->is_proven(piece)) {
    board_.map->claim({piece, 1}, board_.clock.steady());
    ask_for({piece, 1});
  } else {
    is_begun_ = false;
  }
  return true;
}

}  // namespace swapmeet::transfer_swarm
