#include "transfer/swarm/fetch/partial_scout.h"

#include <algorithm>
#include <utility>

namespace swapmeet::transfer_swarm {
namespace {
using namespace std::chrono_literals;

// A partial source that does not say which pieces it has is asked again then.
constexpr auto kLookAfterTrouble = 30s;
constexpr auto kLookPatience = 2000ms;
constexpr auto kLookTime = 20ms;  // for each, so that many are asked less often

}  // namespace

Result<void> look(TransferBoard& board, PoolSource& source, SourceClient& client) {
  const auto told = client.pieces();
  if (!told) return told.error();
  if (told->content != board.content)
    return Error{ErrorCode::corrupt, "it tells the pieces of another content", {}};
  const std::lock_guard lock(board.mutex);
  auto& pieces = source.pieces;
  pieces.look_at = board.clock.steady() + std::max<std::chrono::milliseconds>(
                                              board.options.look_again,
                                              kLookTime * static_cast<int>(board.pool.partial()));
  pieces.partial = !told->complete;
  auto& map = board.map;
  if (!told->complete &&
      (told->piece != piece_size_for(told->size) || (map && told->size != map->file_size())))
    return Error{ErrorCode::unavailable, "it has only a part, in pieces of another size", {}};
  const auto has = told->complete ? std::nullopt : std::optional(told->bits);
  if (pieces.has == has && pieces.coming == told->coming) return {};
  pieces.has = has;
  pieces.coming = told->coming;
  if (map) map->set_copies(board.pool.copies(map->count()));
  board.changed.notify_all();
  return {};
}

void PartialScout::start() {
  if (thread_.joinable()) return;
  thread_ = std::thread([this] { watch(); });
  hurrying_ = std::thread([this] { hurry(); });
}

void PartialScout::join() {
  if (thread_.joinable()) thread_.join();
  if (hurrying_.joinable()) hurrying_.join();
}

void PartialScout::interrupt() {
  for (const auto& [source, client] : clients_)
    if (client) client->interrupt();
}

// A source that tells a byte now and then is never silent for long; the others wait for it.
void PartialScout::hurry() {
  std::unique_lock lock(board_.mutex);
  while (!board_.over() && !board_.interrupted) {
    if (looking_ && board_.clock.steady() >= look_until_)
      std::exchange(looking_, nullptr)->interrupt();
    board_.wait_a_tick(lock);
  }
}

void PartialScout::watch() {
  std::unique_lock lock(board_.mutex);
  while (!board_.over() && !board_.interrupted) {
    auto* source = board_.pool.next_to_look();
    const auto now = board_.clock.steady();
    if (source == nullptr) {
      board_.wait_a_tick(lock);
      continue;
    }
    auto& pieces = source->pieces;
    if (pieces.look_at > now) {
      board_.clock.wait_once(lock, board_.changed, pieces.look_at);
      continue;
    }
    auto& client = clients_[source];
    if (!client)
      client = std::make_unique<SourceClient>(
          pinned_url(source->source().url, source->source().fingerprint),
          std::min(kLookPatience, board_.options.patience.stall_after));
    client->set_ticket(board_.ticket_for(*source));
    looking_ = client.get();
    look_until_ = now + kLookPatience;
    lock.unlock();
    const auto looked = look(board_, *source, *client);
    lock.lock();
    looking_ = nullptr;
    if (looked) continue;
    client.reset();
    pieces.has.reset();  // who fetches from it finds out what is the matter
    pieces.coming.clear();
    pieces.look_at = now + kLookAfterTrouble;
  }
}

}  // namespace swapmeet::transfer_swarm
