#include "transfer/swarm/fetch/downloads_transfer.h"

#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "transfer/swarm/base/safe_name.h"
#include "transfer/swarm/fetch/transfer_state.h"

namespace swapmeet::transfer_swarm {
namespace {
using namespace std::chrono_literals;

// What is proven is said to be there once it is on the disk: that often, or after so many bytes.
// This is what a power failure or a kill costs.
constexpr auto kSaveEvery = 500ms;

}  // namespace

bool Transfer::State::knows_pieces() const {
  const auto count = plan.size_known ? piece_count(plan.size) : 0;
  if (count == 0) return plan.content == kEmptyContent;
  // The layer is kept once the size is proven.
  return count == 1 ? has_bit(plan.proven, 0) : plan.layer.size() == count * 32;
}

Result<void> Transfer::State::open_pieces() {
  if (learned) {
    plan.size = learned->size;
    plan.layer = learned->layer;
  }
  if (plan.content == kEmptyContent) plan.size = 0;
  plan.size_known = true;
  // Also what an earlier version counted in larger pieces.
  const bool is_of_size = plan.proven.size() == (piece_count(plan.size) + 7) / 8;
  if (!plan.proven.empty() && (!is_of_size || !PartialFile::is_whole(plan.partial(), plan.size))) {
    plan.proven.clear();
    if (options.growing != nullptr) options.growing->remove(plan.id);
    if (auto saved = save(plan); !saved) return saved;  // before it looks whole again
  }
  auto opened = PartialFile::open(plan.partial(), plan.size, options.limits.min_free_space);
  if (!opened) return opened.error();
  PieceMap pieces(plan.content, plan.size, piece_size_for(plan.size), plan.layer, plan.proven);
  if (learned) {
    const auto last = pieces.count() - 1;
    if (!learned->last_piece.empty()) {
      auto written =
          opened->write(pieces.offset(last), learned->last_piece.data(), pieces.length(last));
      if (!written) return written;
      pieces.mark_proven(last);
    }
    if (last > 0)  // else there is no layer to keep
      if (auto saved = save(plan); !saved) return saved;
  }
  partial.emplace(std::move(*opened));
  growing = std::make_shared<GrowingFile>(
      GrowingFile::Facts{plan.content, plan.name, plan.partial(), plan.size,
                         piece_size_for(plan.size), plan.layer},
      pieces.proven_bits());
  const std::lock_guard lock(mutex);
  if (learned) unsaved = learned->last_piece.size();
  map.emplace(std::move(pieces));
  map->set_copies(pool.copies(map->count()));
  changed.notify_all();
  return {};
}

void Transfer::State::offer() {
  {
    const std::lock_guard lock(mutex);
    if (options.growing == nullptr || offered || !map || !is_public || map->complete() ||
        map->count() < 2 || Steady::now() - began < options.offer_after)
      return;
  }
  offered = true;
  options.growing->put(plan.id, growing);
}

Result<void> Transfer::State::flush() {
  std::uint64_t saving = 0;
  {
    const std::lock_guard lock(mutex);
    if (unsaved == 0 && plan.liars == pool.liars() && plan.target == saved_target) return {};
    plan.liars = pool.liars();
    if (!plan.size_known && told_size) {
      plan.size = *told_size;
      plan.size_known = true;
    }
    saving = unsaved;
    if (map && saving > 0) plan.proven = map->proven_bits();
  }
  if (saving > 0)  // before it is said to be there
    if (auto synced = partial->sync(); !synced) return synced;
  if (auto saved = save(plan); !saved) return saved;
  saved_target = plan.target;
  const std::lock_guard lock(mutex);
  unsaved -= saving;
  changed.notify_all();
  return {};
}

void Transfer::State::gather() {
  auto flushed = Steady::now();
  std::unique_lock lock(mutex);
  while (!interrupted && !disk && !(map && map->complete())) {
    Result<void> done;
    if (learned && !map) {
      lock.unlock();
      done = open_pieces();
      lock.lock();
    } else {
      if (!staff() && asked) break;
      if (!scout.joinable() && pool.next_to_look() != nullptr)
        scout = std::thread([this] { watch_partial(); });
      changed.wait_for(lock, kTick);
      rate = pool.measure(Steady::now());
      if (unsaved >= kSaveAfter || Steady::now() - flushed >= kSaveEvery) {
        lock.unlock();
        done = flush();
        flushed = Steady::now();
        lock.lock();
      }
    }
    lock.unlock();
    offer();
    lock.lock();
    if (!done) disk = done.error();
  }
  ending = true;  // before the lock is given back: who brings sources now must learn it
}

void Transfer::State::interrupt_clients() {
  for (auto& source : pool.all())
    for (const auto* client : {&source->client, &source->looker})
      if (*client) (*client)->interrupt();
}

void Transfer::State::end_workers() {
  {
    const std::lock_guard lock(mutex);
    ending = true;
    interrupt_clients();
    changed.notify_all();
  }
  if (asker.joinable()) asker.join();
  if (scout.joinable()) scout.join();
  for (auto& source : pool.all())
    if (source->thread.joinable()) source->thread.join();
}

TransferEnd Transfer::State::finish() {
  const auto name = safe_name(plan.name);
  for (unsigned number = 1; number < 10'000; ++number) {
    const auto target = plan.folder / (number == 1 ? name : numbered_name(name, number));
    std::error_code ignored;
    if (!plan.overwrite && std::filesystem::exists(target, ignored)) continue;
    plan.target = target.string();
    if (auto saved = flush(); !saved) return {DownloadState::waiting, saved.error().message};
    auto moved = partial->move_to(target, plan.overwrite);
    if (moved) return {DownloadState::done, ""};
    if (moved.error().code != ErrorCode::already_exists)
      return {DownloadState::waiting, moved.error().message};
  }
  return {DownloadState::waiting, "every name like " + name + " is taken: make room"};
}

bool Transfer::State::was_renamed() const {
  struct stat target {};
  std::error_code ignored;
  return !plan.target.empty() && !std::filesystem::exists(plan.partial(), ignored) &&
         ::lstat(plan.target.c_str(), &target) == 0 && S_ISREG(target.st_mode) &&
         static_cast<std::uint64_t>(target.st_size) == plan.size &&
         (!plan.overwrite || is_content(stamp_of(target)));
}

TransferEnd Transfer::State::run() {
  if (was_renamed()) return {DownloadState::done, ""};
  if (interrupted) return {DownloadState::queued, ""};
  if (knows_pieces())
    if (auto opened = open_pieces(); !opened)
      return {DownloadState::waiting, opened.error().message};
  {
    const std::lock_guard lock(mutex);
    pool.add(requested);
    asked = options.registry == nullptr;
  }
  if (!map || !map->complete()) {
    if (options.registry != nullptr) asker = std::thread([this] { ask(); });
    gather();
  }
  end_workers();
  if (!disk && map && map->complete()) return finish();
  auto saved = flush();
  if (disk) return {DownloadState::waiting, disk->message};
  if (!saved) return {DownloadState::waiting, saved.error().message};
  if (interrupted) return {DownloadState::queued, ""};
  return {DownloadState::waiting, pool.why_nobody(registry_why), pool.retry_after(Steady::now())};
}

Transfer::Transfer(const DownloadOptions& options, TransferPlan plan,
                   std::function<Result<void>(const TransferPlan&)> save)
    : state_(std::make_unique<State>(options, std::move(plan), std::move(save))) {}

Transfer::~Transfer() { state_->end_workers(); }

TransferEnd Transfer::run() {
  try {
    return state_->run();
  } catch (const std::exception& exception) {
    state_->end_workers();
    return {DownloadState::waiting, exception.what()};
  }
}

void Transfer::interrupt() {
  state_->interrupted = true;
  const std::lock_guard lock(state_->mutex);
  state_->interrupt_clients();
  state_->changed.notify_all();
}

void Transfer::set_max_sources(std::size_t most) {
  const std::lock_guard lock(state_->mutex);
  state_->max_sources = most;
  state_->changed.notify_all();
}

bool Transfer::add(const std::vector<Source>& sources) {
  const std::lock_guard lock(state_->mutex);
  if (state_->ending) return false;
  auto& requested = state_->requested;
  requested.insert(requested.end(), sources.begin(), sources.end());
  state_->pool.add(sources);
  state_->changed.notify_all();
  return true;
}

void Transfer::withdraw(const Source& source) {
  const std::lock_guard lock(state_->mutex);
  std::erase_if(state_->requested,
                [&](const Source& other) { return SourcePool::is_same(source, other); });
  state_->pool.withdraw(source);
  state_->changed.notify_all();
}

TransferProgress Transfer::progress() const {
  const std::lock_guard lock(state_->mutex);
  return {state_->map ? state_->map->proven_bytes() : state_->proven_before, state_->rate,
          state_->pool.report()};
}

}  // namespace swapmeet::transfer_swarm
