#include <algorithm>

#include "transfer/swarm/transfer_state.h"

namespace swapmeet::swarm {
namespace {
using namespace std::chrono_literals;

constexpr auto kAskSoon = 2s;  // the registry again, at first: others begin at the same time
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
  for (;; pause = std::min<Steady::duration>(2 * pause, options.ask_sources)) {
    std::vector<Source> named;
    for (const auto& source : requested_now())
      if (auto now = moved(*options.registry, source)) named.push_back(std::move(*now));
    auto record = options.registry->content(plan.content, Identity{});
    std::unique_lock lock(mutex);
    registry_why = record ? "" : record.error().message;
    std::erase_if(named, [&](const Source& source) { return !is_requested(source); });
    pool.add(named);
    if (record) {
      pool.add_listed(record->sources, record->size);
      if (!told_size && record->size <= kMostFileSize) told_size = record->size;
    }
    asked = true;
    changed.notify_all();
    if (changed.wait_for(lock, pause, [&] { return ending || interrupted; })) return;
  }
}

Result<void> Transfer::State::look(PoolSource& source) {
  const auto told = source.client->pieces();
  if (!told) return told.error();
  if (told->content != plan.content)
    return Error{ErrorCode::corrupt, "it tells the pieces of another content", {}};
  const std::lock_guard lock(mutex);
  source.looked = Steady::now();
  source.partial = !told->complete;
  if (told->complete)
    source.has.reset();
  else if (told->piece == piece_size_for(told->size) && (!map || told->size == map->file_size()))
    source.has = told->bits;
  else
    return Error{ErrorCode::unavailable, "it has only a part, in pieces of another size", {}};
  if (map) map->set_copies(pool.copies(map->count()));
  changed.notify_all();
  return {};
}

Result<void> Transfer::State::look_for_last(PoolSource& source) {
  if (auto looked = look(source); !looked) return looked;
  const std::lock_guard lock(mutex);
  if (!source.has || (told_size && *told_size > 0 && piece_count(*told_size) > 0 &&
                      has_bit(*source.has, piece_count(*told_size) - 1)))
    return {};
  return Error{ErrorCode::unavailable, "it has not got the last piece yet", std::nullopt,
               kLookForLast};
}

}  // namespace swapmeet::swarm
