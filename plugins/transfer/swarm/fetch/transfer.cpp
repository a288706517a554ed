#include "transfer/swarm/fetch/transfer.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "transfer/swarm/fetch/source_worker.h"

namespace swapmeet::transfer_swarm {
namespace {
using namespace std::chrono_literals;

// What is proven is said to be there once it is on the disk: that often, or when it is much.
// This is what a power failure or a kill costs.
constexpr auto kSaveEvery = 500ms;
// Pieces that are not proven yet are in memory, one a lane.
constexpr std::size_t kMostInMemory = 32 << 20;

// By this machine.
TransferEnd held_up(const Error& error) {
  return {DownloadState::waiting, error.message, std::nullopt, error.code};
}

TransferPlan without_sources(TransferPlan plan) {
  plan.given.clear();
  plan.record.reset();
  return plan;
}

}  // namespace

Transfer::Transfer(DownloadOptions options, TransferPlan plan, ProvenWriter::Save save)
    : requested_(plan.given),
      board_(std::move(options), without_sources(plan), std::move(save)),
      began_(board_.clock.steady()),
      proven_before_(proven_bytes(board_.writer.plan().proven, board_.writer.plan().size)),
      max_sources_(board_.options.limits.max_sources),
      scout_(board_) {
  if (plan.record) hear(*plan.record);
  if (board_.options.registry == nullptr) return;
  const auto requested = [this] {
    const std::lock_guard lock(board_.mutex);
    return requested_;
  };
  asker_.emplace(*board_.options.registry, board_.clock,
                 SourceAsker::Errand{board_.content, board_.options.ask_sources, requested,
                                     [this](const SourceAsker::Answer& answer) { hear(answer); }});
}

Transfer::~Transfer() { end_workers(); }

TransferEnd Transfer::run() {
  try {
    return fetch();
  } catch (const std::exception& exception) {
    end_workers();
    return {DownloadState::waiting, exception.what()};
  }
}

TransferEnd Transfer::fetch() {
  auto& writer = board_.writer;
  if (writer.was_renamed([this] { return board_.interrupted.load(); }))
    return {DownloadState::done, ""};
  if (board_.interrupted) return {DownloadState::queued, ""};
  if (writer.knows_pieces())
    if (auto opened = open_pieces(); !opened) return held_up(opened.error());
  {
    const std::lock_guard lock(board_.mutex);
    board_.pool.add(requested_);
    asked_ = !asker_;
  }
  if (!board_.map || !board_.map->complete()) {
    if (asker_) asker_->start();
    gather();
  }
  end_workers();
  const auto problem = writer.problem();
  if (!problem && board_.map && board_.map->complete()) return finish();
  const auto saved = flush();
  if (problem) return held_up(*problem);
  if (!saved) return held_up(saved.error());
  if (board_.interrupted) return {DownloadState::queued, ""};
  return {DownloadState::waiting, board_.pool.why_nobody(registry_why_),
          board_.pool.retry_after(board_.clock.steady()), std::nullopt,
          registry_knows_ && board_.pool.nobody_has_it()};
}

// Until all is proven, or nobody is left to ask.
void Transfer::gather() {
  auto flushed = board_.clock.steady();
  Lock lock(board_.mutex);
  while (!board_.interrupted && !board_.over() && !(board_.map && board_.map->complete())) {
    Result<void> done;
    if (board_.learning.learned() && !board_.map) {
      lock.unlock();
      done = open_pieces();
      lock.lock();
    } else {
      if (!staff() && asked_) break;
      if (board_.pool.next_to_look() != nullptr) scout_.start();
      board_.wait_a_tick(lock);
      const auto now = board_.clock.steady();
      rate_ = board_.pool.measure(now);
      if (board_.writer.has_much_unsaved() || now - flushed >= kSaveEvery) {
        lock.unlock();
        done = flush();
        flushed = board_.clock.steady();
        lock.lock();
      }
    }
    lock.unlock();
    offer();
    lock.lock();
    if (!done) board_.writer.set_problem(done.error());
  }
  board_.ending = true;  // before the lock is given back: who brings sources now must learn it
}

// With the lock: who should work. False when nobody works and nobody may soon.
bool Transfer::staff() {
  auto& pool = board_.pool;
  const auto now = board_.clock.steady();
  for (auto* source = pool.next(now); source != nullptr; source = pool.next(now)) {
    if (pool.working() >= places()) {
      if (auto* slow = pool.slow_beside(*source, now)) pool.send_home(*slow, "slower than others");
      break;
    }
    begin_work(board_, *source);
  }
  for (auto* source = pool.wants_lane(); source != nullptr; source = pool.wants_lane()) {
    if (!board_.map || board_.map->missing() == 0 || pool.working_lanes() >= in_memory()) break;
    begin_work(board_, *source);
  }
  return pool.working() > 0;
}

// With the lock: how many may work at once.
std::size_t Transfer::places() const {
  if (!board_.map) return std::min(max_sources_, board_.learning.most_at_once());
  return std::min({max_sources_, board_.map->count(), in_memory()});
}

// With the lock: of how many pieces the bytes may be in memory at once.
std::size_t Transfer::in_memory() const {
  return static_cast<std::size_t>(kMostInMemory / piece_size_for(board_.map->file_size()));
}

// From when size and layer are known: the file and its map.
Result<void> Transfer::open_pieces() {
  auto pieces = board_.writer.open(board_.learning.learned());
  if (!pieces) return pieces.error();
  const std::lock_guard lock(board_.mutex);
  board_.map.emplace(std::move(*pieces));
  board_.map->set_copies(board_.pool.copies(board_.map->count()));
  board_.changed.notify_all();
  return {};
}

// Others may have what is proven, while there is more to come.
void Transfer::offer() {
  Audience audience;
  {
    const std::lock_guard lock(board_.mutex);
    const auto& map = board_.map;
    if (!map || !board_.is_public || !board_.audience || map->complete() || map->count() < 2 ||
        board_.clock.steady() - began_ < board_.options.offer_after)
      return;
    audience = *board_.audience;
  }
  board_.writer.offer(audience);
}

ProvenWriter::Progress Transfer::unsaved_progress() const {
  const std::lock_guard lock(board_.mutex);
  return {board_.map ? board_.map->proven_bits() : "", board_.pool.liars(),
          board_.learning.told_size()};
}

Result<void> Transfer::flush() {
  return board_.writer.flush([this] { return unsaved_progress(); });
}

TransferEnd Transfer::finish() {
  const auto named = board_.writer.finish([this] { return unsaved_progress(); });
  if (!named) return held_up(named.error());
  return {DownloadState::done, ""};
}

void Transfer::hear(const SourceAsker::Answer& answer) {
  const std::lock_guard lock(board_.mutex);
  const auto& record = answer.record;
  auto named = answer.moved;
  registry_why_ = record ? "" : record.error().message;
  registry_knows_ = record || record.error().code == ErrorCode::not_found;
  // Some may have been withdrawn meanwhile.
  std::erase_if(named, [&](const Source& source) {
    return std::none_of(requested_.begin(), requested_.end(), [&](const Source& requested) {
      return SourcePool::is_same(source, requested);
    });
  });
  board_.pool.add(named);
  if (record)
    hear(*record);
  else if (registry_knows_)  // nobody may have it any more whom this host knows of
    board_.audience = Audience{false, {}, {}};
  asked_ = true;
  board_.changed.notify_all();
}

// With the lock, or before anybody works.
void Transfer::hear(const ContentRecord& record) {
  board_.ticket = record.ticket;
  board_.audience = record.audience;
  board_.pool.add_listed(record.sources, record.size);
  board_.learning.hear_size(record.size);
}

// With the lock.
void Transfer::interrupt_all() {
  for (auto& source : board_.pool.all()) source->interrupt();
  scout_.interrupt();
  if (asker_) asker_->interrupt();
  board_.changed.notify_all();
}

void Transfer::end_workers() {
  {
    const std::lock_guard lock(board_.mutex);
    board_.ending = true;
    interrupt_all();
  }
  board_.writer.wake();
  if (asker_) asker_->stop();
  scout_.join();
  for (auto& source : board_.pool.all())
    for (const auto& lane : source->lanes()) lane->link.join();
}

void Transfer::interrupt() {
  board_.interrupted = true;
  const std::lock_guard lock(board_.mutex);
  interrupt_all();
}

void Transfer::set_max_sources(std::size_t most) {
  const std::lock_guard lock(board_.mutex);
  max_sources_ = most;
  board_.changed.notify_all();
}

bool Transfer::add(const std::vector<Source>& sources) {
  const std::lock_guard lock(board_.mutex);
  if (board_.ending) return false;
  requested_.insert(requested_.end(), sources.begin(), sources.end());
  board_.pool.add(sources);
  board_.changed.notify_all();
  return true;
}

void Transfer::withdraw(const Source& source) {
  const std::lock_guard lock(board_.mutex);
  std::erase_if(requested_,
                [&](const Source& other) { return SourcePool::is_same(source, other); });
  board_.pool.withdraw(source);
  board_.changed.notify_all();
}

TransferProgress Transfer::progress() const {
  const std::lock_guard lock(board_.mutex);
  return {board_.map ? board_.map->proven_bytes() : proven_before_, rate_, board_.pool.report()};
}

}  // namespace swapmeet::transfer_swarm
