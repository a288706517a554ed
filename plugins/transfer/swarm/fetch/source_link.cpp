#include "transfer/swarm/fetch/source_link.h"

#include <algorithm>
#include <utility>

namespace swapmeet::transfer_swarm {

SourceLink::SourceLink(Source source, Clock& clock, Pacer* pacer)
    : source_(std::move(source)), clock_(clock), pacer_(pacer) {}

SourceLink::~SourceLink() { join(); }

std::string SourceLink::key_of(const Source& source) {
  return source.peer == PeerId{} ? source.url : source.peer.text();
}

void SourceLink::open(std::chrono::milliseconds stall_after, const PeerId& self,
                      const std::string& ticket) {
  client_ = std::make_unique<SourceClient>(pinned_url(source_.url, source_.fingerprint),
                                           stall_after, self.text());
  client_->set_ticket(ticket);
  if (pacer_ != nullptr && !pace_) pace_ = pacer_->reader(key());
  const std::lock_guard lock(mutex_);
  interrupted_ = false;
}

void SourceLink::close() { client_.reset(); }

void SourceLink::start(std::function<void()> work) {
  join();
  worker_ = std::thread(std::move(work));
}

void SourceLink::join() {
  if (worker_.joinable()) worker_.join();
}

void SourceLink::interrupt() {
  {
    const std::lock_guard lock(mutex_);
    interrupted_ = true;
    changed_.notify_all();
  }
  if (client_) client_->interrupt();
}

Result<void> SourceLink::next_answer(bool alone) {
  if (alone)
    if (auto connected = client_->connect(); !connected) return connected;
  const auto asked_at = clock_.steady();
  auto opened = client_->open();
  const auto took = clock_.steady() - asked_at;
  if (alone && opened)
    round_trip_ = std::min<std::chrono::nanoseconds>(round_trip_.value_or(took), took);
  return opened;
}

std::size_t SourceLink::wait_for_turn(std::size_t wanted) {
  if (!pace_) return wanted;
  auto allowed = pacer_->allow(*pace_, wanted);
  if (allowed.bytes > 0) return static_cast<std::size_t>(allowed.bytes);
  held_back_ = true;
  std::unique_lock lock(mutex_);
  while (allowed.bytes == 0 && !interrupted_)
    if (!clock_.wait_for(lock, changed_, allowed.wait, [&] { return interrupted_; }))
      allowed = pacer_->allow(*pace_, wanted);
  held_back_ = false;
  return interrupted_ ? 0 : static_cast<std::size_t>(allowed.bytes);
}

Result<std::size_t> SourceLink::some(char* to, std::size_t most) {
  const auto began = clock_.steady();
  const auto allowed = wait_for_turn(most);
  if (allowed == 0) return Error{ErrorCode::cancelled, "ended", {}};
  auto got = client_->read(to, allowed);
  waited_ += clock_.steady() - began;
  if (!got) return got;
  received_ += *got;
  if (pace_) pacer_->sent(*pace_, *got);
  return got;
}

Result<void> SourceLink::fill(char* to, std::size_t size) {
  while (size > 0) {
    const auto got = some(to, size);
    if (!got) return got.error();
    to += *got;
    size -= *got;
  }
  return {};
}

Result<std::size_t> SourceLink::receive(IncomingPiece& piece) {
  const auto room = piece.room();
  auto got = some(room.data(), room.size());
  if (got) piece.add(*got);
  return got;
}

Error SourceLink::wrong_bytes(std::uint64_t offset, std::uint64_t length) {
  client_->doubt(offset, length);
  return {ErrorCode::corrupt, "sent wrong bytes", {}};
}

Result<void> SourceLink::receive(IncomingPiece& piece, const PieceMap& pieces) {
  while (!piece.whole())
    if (const auto got = receive(piece); !got) return got.error();
  if (!piece.proven(pieces)) return wrong_bytes(pieces.offset(piece.piece()), piece.length());
  return {};
}

}  // namespace swapmeet::transfer_swarm
