#include "host/http/connection.h"

#include <sys/uio.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace swapmeet::http {
namespace {

constexpr std::uint64_t kPortion = 1 << 20;  // of a large answer, before others get their turn

}  // namespace

bool Stream::write(std::string_view bytes) {
  const std::lock_guard lock(mutex_);
  if (state_ != State::open) return false;
  if (waiting_.size() + bytes.size() > kMostWaiting)
    state_ = State::cut_off;
  else
    waiting_ += bytes;
  kick_();
  return state_ == State::open;
}

void Stream::close() {
  const std::lock_guard lock(mutex_);
  if (state_ != State::open) return;
  state_ = State::closed;
  kick_();
}

std::string Stream::take(State& state) {
  const std::lock_guard lock(mutex_);
  state = state_;
  return std::exchange(waiting_, {});
}

void Stream::abandon() {
  const std::lock_guard lock(mutex_);
  state_ = State::closed;
  kick_ = [] {};
}

// Under TLS the last of it may wait in the channel.
Sending Outgoing::advance(Channel& channel) {
  const auto sending = send_all(channel);
  if (sending != Sending::done) return sending;
  const auto flushed = channel.flush();
  if (flushed == Channel::Outcome::done) return Sending::done;
  return flushed == Channel::Outcome::blocked ? Sending::blocked : Sending::failed;
}

Sending Outgoing::send_all(Channel& channel) {
  if (const auto sending = send_bytes(channel); sending != Sending::done) return sending;
  return file ? send_file(channel) : Sending::done;
}

Sending Outgoing::send_bytes(Channel& channel) {
  std::size_t portion = 0;
  while (unsent() > 0) {
    if (portion >= kPortion) return Sending::portion;
    iovec parts[2];
    std::size_t count = 0;
    if (sent < head.size()) parts[count++] = {head.data() + sent, head.size() - sent};
    const auto from = std::max(sent, head.size()) - head.size();
    if (from < body.size()) parts[count++] = {body.data() + from, body.size() - from};
    const auto moved = channel.send(parts, count, file && file->length > 0);
    if (moved.outcome == Channel::Outcome::blocked) return Sending::blocked;
    if (moved.outcome == Channel::Outcome::ended) return Sending::failed;
    sent += moved.bytes;
    portion += moved.bytes;
  }
  sent_before += std::exchange(sent, 0);
  head.clear();
  body.clear();
  return Sending::done;
}

void Outgoing::add_stream_bytes(std::string_view bytes, bool last) {
  if (!chunked) {
    head += bytes;
    return;
  }
  if (!bytes.empty()) {
    char size[20];
    const auto end = std::to_chars(size, size + sizeof size, bytes.size(), 16).ptr;
    head.append(size, end).append("\r\n").append(bytes).append("\r\n");
  }
  if (last) head += "0\r\n\r\n";
}

Sending Outgoing::send_file(Channel& channel) {
  std::uint64_t portion = 0;
  while (file_sent < file->length) {
    if (portion >= kPortion) return Sending::portion;
    const auto wanted = std::min(file->length - file_sent, kPortion);
    auto allowed = wanted;
    if (file->allowance) {
      const auto allowance = file->allowance(wanted);
      wait = allowance.wait;
      if (allowance.bytes == 0) return Sending::paced;
      allowed = std::min(wanted, allowance.bytes);
    }
    const auto moved =
        channel.send_file(file->file->descriptor(), file->offset + file_sent, allowed);
    if (moved.outcome == Channel::Outcome::blocked) return Sending::blocked;
    // Nothing: the file is shorter than was promised.
    if (moved.outcome == Channel::Outcome::ended || moved.bytes == 0) return Sending::failed;
    file_sent += moved.bytes;
    portion += moved.bytes;
    if (file->on_sent) file->on_sent(moved.bytes);
    if (allowed < wanted) return Sending::portion;  // the others ask before this one asks again
  }
  return Sending::done;
}

void Outgoing::finish(bool complete) {
  if (file && file->on_end) std::exchange(file->on_end, nullptr)(complete);
  if (stream) stream->abandon();
}

Connection::~Connection() {
  out.finish(false);
  if (gone) *gone = true;
}

std::size_t Connection::waiting() const {
  const auto of_answer = out.unsent();
  if (state != State::reading_body) return of_answer;
  return of_answer + in.size() + (chunks ? chunks->body().size() : 0);
}

std::optional<Buffered::Progress> Connection::progress() const {
  if (state == State::handling) return std::nullopt;
  return Buffered::Progress{state == State::reading_body ? received : out.progress(), since};
}

}  // namespace swapmeet::http
