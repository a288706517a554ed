#include <algorithm>

#include "transfer/swarm/fetch/transfer_state.h"

namespace swapmeet::transfer_swarm {
namespace {
using namespace std::chrono_literals;

constexpr std::size_t kMostLearners = 2;
constexpr std::size_t kLongestRun = 16;  // pieces of one request

}  // namespace

std::optional<std::size_t> Transfer::State::own_rare_piece() const {
  const auto count = static_cast<double>(map->count());
  const auto part = count / static_cast<double>(pool.partial() + 1);
  const auto begin = static_cast<std::size_t>(count * pool.rank());
  const auto end = static_cast<std::size_t>(count * pool.rank() + part);
  for (auto piece = begin; piece < end; ++piece)
    if (map->is_rare(piece)) return piece;
  return std::nullopt;
}

std::optional<PieceMap::Run> Transfer::State::choose(const PoolSource& source,
                                                     PieceMap::Instant now) {
  const bool in_a_group = map->has_copies();
  auto from = in_a_group || source.next_piece == 0 ? random() : source.next_piece;
  if (in_a_group && !source.partial) {
    const auto own = own_rare_piece();
    const auto rare = map->rare();
    const bool others_do = (rare > 0 && rare <= pool.partial()) || map->awaits_first_copy();
    if (!own && others_do && now < source.spare_until) return std::nullopt;
    from = own.value_or(from);
  }
  const auto fair = std::max<std::size_t>(1, map->missing() / (2 * pool.working()));
  // At the end the fast fetch again what is on its way from the slow.
  const auto patience = std::min<Steady::duration>(
      options.patience.stall_after, std::max<Steady::duration>(1s, 3 * source.piece_time));
  return map->take({std::min(source.run_length, fair), now - patience,
                    source.has ? &*source.has : nullptr, static_cast<std::size_t>(from)},
                   now);
}

std::optional<PieceMap::Run> Transfer::State::next_run(PoolSource& source) {
  std::unique_lock lock(mutex);
  while (!over() && !map->complete()) {
    const auto now = Steady::now();
    if (source.partial && !source.has) return PieceMap::Run{};
    const auto run = choose(source, now);
    if (run) {
      source.next_piece = run->first + run->count;
      growing->expect(run->first, run->count, true);
      return run;
    }
    changed.wait_for(lock, kTick);
  }
  return std::nullopt;
}

Result<void> Transfer::State::fetch_what_is_there(PoolSource& source, const PieceMap::Run& run,
                                                  std::vector<char>& buffer) {
  auto fetched = fetch(source, run, buffer);
  if (fetched || fetched.error().code != ErrorCode::not_found) return fetched;
  if (auto looked = look(source, *source.client); !looked) return fetched;
  const std::lock_guard lock(mutex);
  const bool has_all = !source.has || has_bit(*source.has, run.first);
  return has_all ? fetched : Result<void>{};
}

Result<void> Transfer::State::fetch(PoolSource& source, const PieceMap::Run& run,
                                    std::vector<char>& buffer) {
  const auto asked_at = Steady::now();
  {
    const std::lock_guard lock(mutex);
    source.asking = true;
    source.heard = asked_at;
    source.client->set_ticket(ticket_for(source));
  }
  auto fetched = fetch_pieces(source, run, buffer);
  const auto took = Steady::now() - asked_at;
  const std::lock_guard lock(mutex);
  source.asking = false;
  map->give_back(run);
  growing->expect(run.first, run.count, false);
  source.piece_time = took / static_cast<int>(run.count);
  // Who waits as long as a piece takes loses little: nobody is kept waiting by what others claim.
  if (!source.partial) source.spare_until = asked_at + took + source.piece_time;
  source.run_length = took < 1s ? std::min(source.run_length * 2, kLongestRun)
                                : std::max<std::size_t>(source.run_length / 2, 1);
  return fetched;
}

Result<void> Transfer::State::fetch_pieces(PoolSource& source, const PieceMap::Run& run,
                                           std::vector<char>& buffer) {
  const auto last = run.first + run.count - 1;
  const auto first = map->offset(run.first);
  auto result = source.client->open_range(first, map->offset(last) + map->length(last) - first,
                                          map->file_size());
  for (auto piece = run.first; result && piece <= last; ++piece) {
    const auto length = map->length(piece);
    if (buffer.size() < length) buffer.resize(length);
    result = receive(source, *map, piece, buffer.data());
    if (result) result = keep(source, piece, buffer.data(), length);
  }
  return result;
}

Result<void> Transfer::State::keep(PoolSource& source, std::size_t piece, const char* bytes,
                                   std::size_t length) {
  {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return over() || unsaved < kMostUnsaved; });
    if (over()) return ended();
    if (map->is_proven(piece)) return {};
  }
  auto written = partial->write(map->offset(piece), bytes, length);
  const std::lock_guard lock(mutex);
  if (!written && !disk) disk = written.error();
  if (!written) return ended();
  if (map->mark_proven(piece)) {
    source.bytes += length;
    if (options.received) options.received(length);
    unsaved += length;
    growing->add(piece);
    is_public = is_public || source.listed;
  }
  source.last_piece = Steady::now();
  source.failures = 0;
  if (unsaved >= kSaveAfter || map->complete()) changed.notify_all();
  return {};
}

void Transfer::State::work(PoolSource& source) {
  Result<void> result;
  try {
    std::vector<char> buffer;
    result = learn(source);
    if (!result && result.error().code == ErrorCode::not_found)
      static_cast<void>(
          look(source, *source.client));  // it may have a part: the next time this is known
    while (result) {
      const auto run = next_run(source);
      if (!run) break;
      result = run->count == 0 ? look(source, *source.client)
                               : fetch_what_is_there(source, *run, buffer);
    }
  } catch (const std::exception& exception) {
    result = Error{ErrorCode::internal, exception.what(), {}};
  }
  const std::lock_guard lock(mutex);
  if (!result && !over() && !interrupted)
    pool.failed(source, result.error(), Steady::now());
  else if (!source.withdrawn)
    source.state = "idle";
  source.working = false;
  source.client.reset();
  changed.notify_all();
}

void Transfer::State::begin(PoolSource& source) {
  if (source.thread.joinable()) source.thread.join();  // it has said that it does not work
  source.client = std::make_unique<SourceClient>(source.source.url, options.patience.stall_after,
                                                 options.self.text());
  source.client->set_ticket(ticket_for(source));
  if (options.pacer != nullptr && !source.pace)
    source.pace = options.pacer->reader(SourcePool::key_of(source.source));
  source.sent_home.clear();
  source.in_queue = false;
  source.asking = false;
  source.tried = true;
  source.state = "active";
  source.last_piece = Steady::now();
  source.working = true;
  source.thread = std::thread([this, &source] { work(source); });
}

bool Transfer::State::staff() {
  const auto now = Steady::now();
  const auto places = std::min(max_sources, map ? most_workers() : kMostLearners);
  for (auto* source = pool.next(now); source != nullptr; source = pool.next(now)) {
    if (pool.working() >= places) {
      if (auto* slow = pool.slow_beside(*source, now)) pool.send_home(*slow, "slower than others");
      break;
    }
    begin(*source);
  }
  return pool.working() > 0;
}

}  // namespace swapmeet::transfer_swarm
