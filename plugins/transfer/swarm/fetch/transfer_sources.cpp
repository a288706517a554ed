#include <algorithm>

#include "transfer/swarm/fetch/transfer_state.h"

namespace swapmeet::transfer_swarm {
namespace {
using namespace std::chrono_literals;

// The registry again, at first: others begin at the same time.
constexpr auto kAskSoon = 2s;
constexpr int kTimesSoon = 5;
// A partial source that does not say which pieces it has is asked again then.
constexpr auto kLookAfterTrouble = 30s;
constexpr auto kLookPatience = 2000ms;
constexpr auto kLookTime = 20ms;  // for each, so that many are asked less often
constexpr std::chrono::seconds kLookForLast{1};

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

void Transfer::State::ask() {
  auto pause = std::min<Steady::duration>(kAskSoon, options.ask_sources);
  for (int times = 1;; ++times) {
    if (times > kTimesSoon) pause = std::min<Steady::duration>(2 * pause, options.ask_sources);
    std::vector<Source> named;
    for (const auto& source : requested_now())
      if (auto now = moved(*options.registry, source)) named.push_back(std::move(*now));
    auto record = options.registry->content(plan.content, Identity{});
    std::unique_lock lock(mutex);
    registry_why = record ? "" : record.error().message;
    std::erase_if(named, [&](const Source& source) { return !is_requested(source); });
    pool.add(named);
    if (record) {
      ticket = record->ticket;
      pool.add_listed(record->sources, record->size);
      if (!told_size && record->size <= kMostFileSize) told_size = record->size;
    }
    asked = true;
    changed.notify_all();
    if (changed.wait_for(lock, pause, [&] { return ending || interrupted; })) return;
  }
}

Result<void> Transfer::State::look(PoolSource& source, SourceClient& client) {
  const auto told = client.pieces();
  if (!told) return told.error();
  if (told->content != plan.content)
    return Error{ErrorCode::corrupt, "it tells the pieces of another content", {}};
  const std::lock_guard lock(mutex);
  const auto now = Steady::now();
  source.look_at = now + std::max<Steady::duration>(options.look_again,
                                                    kLookTime * static_cast<int>(pool.partial()));
  source.partial = !told->complete;
  if (!told->complete &&
      (told->piece != piece_size_for(told->size) || (map && told->size != map->file_size())))
    return Error{ErrorCode::unavailable, "it has only a part, in pieces of another size", {}};
  const auto has = told->complete ? std::nullopt : std::optional(told->bits);
  if (source.has == has && source.coming == told->coming) return {};
  source.has = has;
  source.coming = told->coming;
  if (map) map->set_copies(pool.copies(map->count()));
  changed.notify_all();
  return {};
}

void Transfer::State::watch_partial() {
  std::unique_lock lock(mutex);
  while (!over() && !interrupted) {
    auto* source = pool.next_to_look();
    const auto now = Steady::now();
    if (source == nullptr || source->look_at > now) {
      changed.wait_until(lock, source == nullptr ? now + kTick : source->look_at);
      continue;
    }
    if (!source->looker)
      source->looker = std::make_unique<SourceClient>(
          source->source.url, std::min(kLookPatience, options.patience.stall_after));
    source->looker->set_ticket(ticket_for(*source));
    lock.unlock();
    const auto looked = look(*source, *source->looker);
    lock.lock();
    if (looked) continue;
    source->looker.reset();
    source->has.reset();  // who fetches from it finds out what is the matter
    source->coming.clear();
    source->look_at = now + kLookAfterTrouble;
  }
}

Result<void> Transfer::State::look_for_last(PoolSource& source) {
  if (auto looked = look(source, *source.client); !looked) return looked;
  const std::lock_guard lock(mutex);
  if (!source.has || (told_size && *told_size > 0 && piece_count(*told_size) > 0 &&
                      has_bit(*source.has, piece_count(*told_size) - 1)))
    return {};
  return Error{ErrorCode::unavailable, "it has not got the last piece yet", std::nullopt,
               kLookForLast};
}

}  // namespace swapmeet::transfer_swarm
