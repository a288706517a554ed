#include "host/http/channel.h"

#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace swapmeet::http {
namespace {

using tls::ServerSession;

constexpr std::size_t kRecord = 16 << 10;       // the most that one record of TLS holds
constexpr std::size_t kFileBuffer = 128 << 10;  // read at a time of a file that is encrypted

Channel::Outcome outcome_of(ServerSession::Step step) {
  switch (step) {
    case ServerSession::Step::done: return Channel::Outcome::done;
    case ServerSession::Step::ended: return Channel::Outcome::ended;
    default: return Channel::Outcome::blocked;
  }
}

Channel::Moved moved(ServerSession::Moved by_session) {
  return {outcome_of(by_session.step), by_session.bytes};
}

// Of a call that moved nothing and set errno.
Channel::Moved not_moved() {
  return {errno == EAGAIN ? Channel::Outcome::blocked : Channel::Outcome::ended, 0};
}

template <class Call>
ssize_t again_when_interrupted(Call&& call) {
  ssize_t result = 0;
  do result = call();
  while (result < 0 && errno == EINTR);
  return result;
}

}  // namespace

Channel::~Channel() {
  if (session_) session_->say_end();
  session_.reset();
  if (socket_ >= 0) ::close(socket_);
}

Channel::Outcome Channel::hear_first(const std::shared_ptr<const tls::ServerContext>& context) {
  char first = 0;
  const auto n =
      again_when_interrupted([&] { return ::recv(socket_, &first, sizeof first, MSG_PEEK); });
  if (n < 0) return not_moved().outcome;
  if (n == 0) return Outcome::ended;
  if (context && tls::begins_tls(first))
    session_ = std::make_unique<ServerSession>(context, socket_);
  return Outcome::done;
}

Channel::Outcome Channel::shake_hands() { return outcome_of(session_->shake_hands()); }

Channel::Moved Channel::receive(char* to, std::size_t most) {
  if (session_) return moved(session_->read(to, most));
  const auto n = again_when_interrupted([&] { return ::recv(socket_, to, most, 0); });
  if (n < 0) return not_moved();
  return {n == 0 ? Outcome::ended : Outcome::done, static_cast<std::size_t>(n)};
}

// Under TLS small parts go into one record.
Channel::Moved Channel::send(const iovec* parts, std::size_t count, bool more) {
  if (!session_) {
    msghdr message{};
    message.msg_iov = const_cast<iovec*>(parts);
    message.msg_iovlen = count;
    const auto n = again_when_interrupted(
        [&] { return ::sendmsg(socket_, &message, MSG_NOSIGNAL | (more ? MSG_MORE : 0)); });
    if (n < 0) return not_moved();
    return {Outcome::done, static_cast<std::size_t>(n)};
  }
  if (count == 1 || parts[0].iov_len >= kRecord)
    return moved(session_->write(static_cast<const char*>(parts[0].iov_base), parts[0].iov_len));
  std::array<char, kRecord> record;
  std::size_t size = 0;
  for (std::size_t i = 0; i < count && size < record.size(); ++i) {
    const auto taken = std::min(parts[i].iov_len, record.size() - size);
    std::memcpy(record.data() + size, parts[i].iov_base, taken);
    size += taken;
  }
  return moved(session_->write(record.data(), size));
}

Channel::Moved Channel::send_file(int file, std::uint64_t offset, std::uint64_t size) {
  if (session_) return send_secured_file(file, offset, size);
  auto from = static_cast<off_t>(offset);
  const auto n = again_when_interrupted([&] { return ::sendfile(socket_, file, &from, size); });
  if (n < 0) return not_moved();
  return {Outcome::done, static_cast<std::size_t>(n)};
}

Channel::Moved Channel::send_secured_file(int file, std::uint64_t offset, std::uint64_t size) {
  if (const auto flushed = flush(); flushed != Outcome::done) return {flushed, 0};
  static thread_local std::array<char, kFileBuffer> buffer;
  const auto wanted = std::min<std::uint64_t>(size, buffer.size());
  const auto n = again_when_interrupted(
      [&] { return ::pread(file, buffer.data(), wanted, static_cast<off_t>(offset)); });
  if (n < 0) return {Outcome::ended, 0};
  const auto got = static_cast<std::size_t>(n);
  std::size_t sent = 0;
  while (sent < got) {
    const auto written = session_->write(buffer.data() + sent, got - sent);
    if (written.step == ServerSession::Step::ended) return {Outcome::ended, 0};
    if (written.step != ServerSession::Step::done) break;
    sent += written.bytes;
  }
  return {sent == 0 && got > 0 ? Outcome::blocked : Outcome::done, sent};
}

Channel::Outcome Channel::flush() {
  return session_ ? outcome_of(session_->flush()) : Outcome::done;
}

void Channel::end_sending() {
  if (session_) session_->say_end();
  ::shutdown(socket_, SHUT_WR);
}

}  // namespace swapmeet::http
