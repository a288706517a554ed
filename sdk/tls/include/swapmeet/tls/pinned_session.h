// The calling end of TLS, on a socket that does not block, to the holder of one key: for short
// calls that have a deadline of their own (wire/short_call.h).
// Threads: one at a time.
#pragma once

#include <cstddef>
#include <string>

#include "swapmeet/tls/session.h"

namespace swapmeet::tls {

class PinnedSession {
 public:
  // The socket stays the caller's, and is connected. `fingerprint` as pin() wants it.
  PinnedSession(int socket, const std::string& fingerprint);
  ~PinnedSession();
  PinnedSession(const PinnedSession&) = delete;
  PinnedSession& operator=(const PinnedSession&) = delete;

  // As those of ServerSession. write() is called again with the same bytes until it is done.
  ServerSession::Step shake_hands();
  ServerSession::Moved read(char* to, std::size_t most);
  ServerSession::Moved write(const char* from, std::size_t size);
  // Why it ended, in a few words; empty: the other end closed.
  const std::string& problem() const { return problem_; }

 private:
  ServerSession::Step step_of(int result);
  ssl_st* ssl_ = nullptr;
  std::string problem_;
};

}  // namespace swapmeet::tls
