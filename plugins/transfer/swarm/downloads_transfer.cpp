#include "transfer/swarm/downloads_transfer.h"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include "transfer/swarm/partial.h"
#include "transfer/swarm/piece_map.h"
#include "transfer/swarm/safe_name.h"
#include "transfer/swarm/source_client.h"

namespace swapmeet::swarm {
namespace {
using Steady = std::chrono::steady_clock;
using namespace std::chrono_literals;

// One source of this transfer. Guarded by the transfer's lock, but for client and thread.
struct Slot {
  Source source;
  std::unique_ptr<SourceClient> client;
  std::thread thread;
  bool running = false;
  bool dropped = false;
  unsigned failures = 0;
  Steady::time_point retry_at{};
  std::uint64_t bytes = 0;
  std::uint64_t rate = 0;
  std::string state = "idle";
};

// The same source at the address that its peer has now: it may have moved since it was named.
std::optional<Source> moved(Registry& registry, Source source) {
  constexpr std::string_view kScheme = "http://";
  if (source.peer.is_zero() || !source.url.starts_with(kScheme)) return std::nullopt;
  const auto path = source.url.find('/', kScheme.size());
  const auto record = registry.peer(source.peer);
  if (path == std::string::npos || !record || !record->present) return std::nullopt;
  source.url.replace(kScheme.size(), path - kScheme.size(),
                     HostPort{record->address, record->port}.text());
  return source;
}
}  // namespace

struct Transfer::State {
  DownloadOptions options;
  TransferPlan plan;
  std::function<Result<void>(const TransferPlan&)> save;
  mutable std::mutex mutex;
  std::condition_variable changed;
  std::atomic<bool> interrupted{false};
  bool ending = false;  // workers: come home
  std::vector<std::unique_ptr<Slot>> slots;
  std::optional<PieceMap> map;
  std::optional<PartialFile> partial;
  bool dirty = false;
  std::optional<Error> disk;  // the disk's problem, ends the run
  std::uint64_t rate = 0;
  std::string registry_why;

  void ask_sources() {
    std::vector<Source> found = plan.given;
    if (options.registry != nullptr) {
      for (const auto& source : plan.given)
        if (auto now = moved(*options.registry, source)) found.push_back(std::move(*now));
      auto record = options.registry->content(plan.content, Identity{});
      registry_why = record ? "" : record.error().message;
      if (record) {
        found.insert(found.end(), record->sources.begin(), record->sources.end());
        if (!plan.size_known) {
          plan.size = record->size;
          plan.size_known = true;
        }
      }
    }
    const std::lock_guard lock(mutex);
    for (auto& source : found) {
      const bool known = std::any_of(slots.begin(), slots.end(), [&](const auto& slot) {
        return slot->source.url == source.url;
      });
      if (known || source.peer == options.self || slots.size() >= 200) continue;
      auto slot = std::make_unique<Slot>();
      slot->source = source;
      slot->client = std::make_unique<SourceClient>(source.url, options.stall_after);
      if (interrupted) slot->client->interrupt();
      slots.push_back(std::move(slot));
    }
  }

  void failed(Slot& slot, const Error& error) {
    const std::lock_guard lock(mutex);
    slot.dropped = error.code == ErrorCode::corrupt;
    slot.state = (slot.dropped ? "dropped: " : "trying again: ") + error.message;
    auto wait = options.first_backoff * (1U << std::min(slot.failures++, 7U));
    slot.retry_at = Steady::now() + std::min(wait, options.longest_backoff);
  }

  // Size and layer, from the first source that gives them.
  bool learn() {
    const auto piece = [this] { return piece_size_for(plan.size); };
    for (auto& slot : slots) {
      if (interrupted) return false;
      if (!plan.size_known) {
        auto size = slot->client->size();
        if (!size) {
          failed(*slot, size.error());
          continue;
        }
        plan.size = *size;
        plan.size_known = true;
      }
      if (plan.size <= piece() || !plan.layer.empty()) return true;
      auto layer = slot->client->layer(piece(), (plan.size + piece() - 1) / piece() * 32);
      if (layer && !layer_leads_to(plan.content, plan.size, piece(), *layer))
        layer = Error{ErrorCode::corrupt, "its Merkle layer does not lead to the content id", {}};
      if (!layer) {
        failed(*slot, layer.error());
        continue;
      }
      plan.layer = std::move(*layer);
      return true;
    }
    return false;
  }

  // Fetches one run of pieces; false: the source failed.
  bool fetch(Slot& slot, const PieceMap::Run& run) {
    std::string piece;
    std::size_t at = run.first;
    std::optional<Error> wrong;
    const auto first = map->offset(run.first);
    const auto last = run.first + run.count - 1;
    const auto length = map->offset(last) + map->length(last) - first;
    auto got = slot.client->range(first, length, plan.size, [&](const char* bytes, std::size_t n) {
      while (n > 0) {
        const auto part = std::min(n, map->length(at) - piece.size());
        piece.append(bytes, part);
        bytes += part;
        n -= part;
        if (piece.size() < map->length(at)) continue;
        if (!map->matches(at, piece.data())) {
          wrong = Error{ErrorCode::corrupt, "sent wrong bytes", {}};
          return false;
        }
        if (!keep(slot, at++, piece)) return false;
        piece.clear();
      }
      return true;
    });
    const std::lock_guard lock(mutex);
    map->give_back(run);
    if (got) return true;
    if (!wrong && (ending || disk)) return false;
    slot.state = "";
    if (!wrong) wrong = got.error();
    slot.dropped = wrong->code == ErrorCode::corrupt;
    slot.state = (slot.dropped ? "dropped: " : "trying again: ") + wrong->message;
    slot.retry_at = Steady::now() + std::min<std::chrono::milliseconds>(
                                        options.first_backoff * (1U << std::min(slot.failures, 7U)),
                                        options.longest_backoff);
    ++slot.failures;
    return false;
  }

  bool keep(Slot& slot, std::size_t number, const std::string& piece) {
    {
      const std::lock_guard lock(mutex);
      if (ending || disk) return false;
      if (map->is_proven(number)) return true;
    }
    auto written = partial->write(map->offset(number), piece.data(), piece.size());
    const std::lock_guard lock(mutex);
    if (!written) {
      disk = written.error();
      return false;
    }
    if (map->mark_proven(number)) slot.bytes += piece.size();
    slot.failures = 0;
    dirty = true;
    changed.notify_all();
    return true;
  }

  void work(Slot& slot) {
    std::size_t most = 1;
    for (;;) {
      std::unique_lock lock(mutex);
      if (ending || disk || map->complete()) break;
      const auto now = Steady::now();
      const auto fair = std::max<std::size_t>(1, map->missing() / (2 * options.max_sources));
      auto run = map->take(std::min(most, fair), now, now - options.stall_after);
      if (!run) {
        changed.wait_for(lock, 200ms);
        continue;
      }
      lock.unlock();
      if (!fetch(slot, *run)) break;
      const auto took = Steady::now() - now;
      const auto bytes = map->length(run->first) * run->count;
      most = took < 1s ? std::min<std::size_t>(most * 2, 16) : std::max<std::size_t>(most / 2, 1);
      lock.lock();
      slot.rate = static_cast<std::uint64_t>(
          static_cast<double>(bytes) / std::max(std::chrono::duration<double>(took).count(), 1e-3));
    }
    const std::lock_guard lock(mutex);
    slot.running = false;
    slot.rate = 0;
    if (slot.state == "active") slot.state = "idle";
    changed.notify_all();
  }

  // With the lock: starts workers; false when nobody works and nobody may soon.
  bool staff() {
    std::size_t running = 0;
    for (auto& slot : slots) running += slot->running ? 1U : 0U;
    for (auto& slot : slots) {
      if (running >= options.max_sources) break;
      if (slot->running || slot->dropped || slot->retry_at > Steady::now()) continue;
      if (slot->thread.joinable()) slot->thread.join();  // it has said that it is not running
      slot->running = true;
      slot->state = "active";
      slot->thread = std::thread([this, one = slot.get()] { work(*one); });
      ++running;
    }
    return running > 0;
  }

  Result<void> flush() {
    std::string bits;
    {
      const std::lock_guard lock(mutex);
      if (!dirty) return {};
      dirty = false;
      bits = map->proven_bits();
    }
    if (auto synced = partial->sync(); !synced) return synced;  // before it is said to be there
    plan.proven = std::move(bits);
    return save(plan);
  }

  void end_workers() {
    {
      const std::lock_guard lock(mutex);
      ending = true;
      for (auto& slot : slots) slot->client->interrupt();
    }
    changed.notify_all();
    for (auto& slot : slots)
      if (slot->thread.joinable()) slot->thread.join();
  }

  // Until all is proven, or nobody is left to ask.
  void gather() {
    auto asked = Steady::now();
    auto flushed = asked;
    std::uint64_t before = map->proven_bytes();
    std::unique_lock lock(mutex);
    while (!interrupted && !disk && !map->complete()) {
      if (!staff()) break;
      changed.wait_for(lock, 250ms);
      const auto now = Steady::now();
      lock.unlock();
      if (now - asked > options.ask_sources) {
        ask_sources();
        asked = now;
      }
      auto saved = now - flushed > 500ms ? flush() : Result<void>{};
      lock.lock();
      if (!saved) disk = saved.error();
      if (now - flushed <= 500ms) continue;
      const auto seconds = std::chrono::duration<double>(now - flushed).count();
      const auto fresh = static_cast<double>(map->proven_bytes() - before) / seconds;
      rate = static_cast<std::uint64_t>(0.7 * static_cast<double>(rate) + 0.3 * fresh);
      before = map->proven_bytes();
      flushed = now;
    }
  }

  TransferEnd finish() {
    const auto name = safe_name(plan.name);
    for (unsigned number = 1; number < 10'000; ++number) {
      const auto target = plan.folder / (number == 1 ? name : numbered_name(name, number));
      std::error_code ignored;
      if (!plan.overwrite && std::filesystem::exists(target, ignored)) continue;
      plan.target = target.string();
      if (auto saved = save(plan); !saved) return {DownloadState::waiting, saved.error().message};
      auto moved = partial->move_to(target, plan.overwrite);
      if (moved) return {DownloadState::done, ""};
      if (moved.error().code != ErrorCode::already_exists)
        return {DownloadState::waiting, moved.error().message};
    }
    return {DownloadState::waiting, "every name like " + name + " is taken: make room"};
  }

  std::string nobody() const {
    for (const auto& slot : slots)
      if (!slot->source.url.empty() && slot->state != "idle")
        return "no source works now; " + slot->source.url + " " + slot->state;
    return registry_why.empty() ? "nobody who has it is present" : registry_why;
  }

  TransferEnd run() {
    std::error_code ignored;
    if (!std::filesystem::exists(plan.partial(), ignored)) {
      if (!plan.target.empty() && std::filesystem::exists(plan.target, ignored) &&
          std::filesystem::file_size(plan.target, ignored) == plan.size)
        return {DownloadState::done, ""};  // renamed, and then the host died
      plan.proven.clear();
    }
    ask_sources();
    if (plan.content == kEmptyContent) {
      plan.size = 0;
      plan.size_known = true;
    } else if (!learn()) {
      return interrupted ? TransferEnd{DownloadState::queued, ""}
                         : TransferEnd{DownloadState::waiting, nobody()};
    }
    if (auto saved = save(plan); !saved) return {DownloadState::waiting, saved.error().message};
    auto opened = PartialFile::open(plan.partial(), plan.size, options.min_free_space);
    if (!opened) return {DownloadState::waiting, opened.error().message};
    partial.emplace(std::move(*opened));
    {
      const std::lock_guard lock(mutex);
      map.emplace(plan.content, plan.size, piece_size_for(plan.size), plan.layer, plan.proven);
    }
    gather();
    end_workers();
    auto saved = flush();
    if (disk) return {DownloadState::waiting, disk->message};
    if (!saved) return {DownloadState::waiting, saved.error().message};
    if (map->complete()) return finish();
    if (interrupted) return {DownloadState::queued, ""};
    return {DownloadState::waiting, nobody()};
  }
};

Transfer::Transfer(const DownloadOptions& options, TransferPlan plan,
                   std::function<Result<void>(const TransferPlan&)> save)
    : state_(std::make_unique<State>()) {
  state_->options = options;
  state_->plan = std::move(plan);
  state_->save = std::move(save);
}

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
  for (auto& slot : state_->slots) slot->client->interrupt();
  state_->changed.notify_all();
}

TransferProgress Transfer::progress() const {
  const std::lock_guard lock(state_->mutex);
  TransferProgress progress;
  if (state_->map) progress.done = state_->map->proven_bytes();
  progress.rate = state_->rate;
  for (const auto& slot : state_->slots)
    progress.sources.push_back({slot->source.peer, slot->source.name, slot->source.url, slot->bytes,
                                slot->rate, slot->state});
  return progress;
}

}  // namespace swapmeet::swarm
