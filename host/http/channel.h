// What a client and the front say to each other, over a socket that does not block: plain, or under
// TLS when the client's first byte begins a handshake (swapmeet/tls/session.h). Above it nobody
// needs to know which. Threads: one thread's.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "swapmeet/http.h"
#include "swapmeet/tls/session.h"

namespace swapmeet::http {

class Channel {
 public:
  // Closes the socket with it; -1: none.
  explicit Channel(int socket = -1) : socket_(socket) {}
  ~Channel();
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  enum class Outcome { done, blocked, ended };
  struct Moved {
    Outcome outcome = Outcome::done;
    std::size_t bytes = 0;  // when done: at least one
  };

  // Looks at the first byte: whether TLS begins with it, is_secure() says then.
  Outcome hear_first(const std::shared_ptr<const tls::ServerContext>& context);
  // Under TLS, until it is done, before anything else; again when more has come.
  Outcome shake_hands();
  // What is left of the handshake takes microseconds.
  bool has_answered() const { return session_ && session_->has_answered(); }
  bool is_secure() const { return session_ != nullptr; }
  // Why shake_hands() ended; empty: the client went.
  std::string problem() const { return session_ ? session_->problem() : std::string(); }

  Moved receive(char* to, std::size_t most);
  // True: as long as no event tells of more, there is none to receive. `got` bytes came of `most`.
  bool is_drained(std::size_t got, std::size_t most) const { return !session_ && got < most; }
  // `more` follows at once. What has been taken may still wait in here: see flush().
  Moved send(const iovec* parts, std::size_t count, bool more);
  // Bytes [offset, offset + size) of a file. Done with 0 bytes: the file is shorter.
  Moved send_file(int file, std::uint64_t offset, std::uint64_t size);
  Outcome flush();
  // Nothing follows from here.
  void end_sending();
  int socket() const { return socket_; }

 private:
  Moved send_secured_file(int file, std::uint64_t offset, std::uint64_t size);

  const int socket_;
  std::unique_ptr<tls::ServerSession> session_;
};

}  // namespace swapmeet::http
