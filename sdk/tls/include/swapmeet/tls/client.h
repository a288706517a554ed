// The asking end of TLS on a socket of the caller's. A ClientContext is what the connections to one
// host share: whom to believe there, and the session that the next one resumes. A ClientSession is
// one connection's. TLS 1.2 and 1.3; no renegotiation. An end that the other one did not announce
// is a problem: what came may have been cut off.
// Threads: a ClientContext may be shared; a ClientSession is one thread's at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "swapmeet/result.h"

struct ssl_st;
struct ssl_ctx_st;

namespace swapmeet::tls {

// Whom to believe. By itself: whoever an authority of this machine vouches for, by that name.
struct Trust {
  std::string ca_file = {};      // PEM; these authorities in place of the machine's
  std::string fingerprint = {};  // of the host's key: it and nobody else, whatever vouches for it
  // Whoever it is. Only to look at the key that is shown: nothing may be sent.
  bool anyone = false;
};

class ClientContext {
 public:
  // `invalid_argument`: ca_file holds no certificates, or the fingerprint is none.
  static Result<std::shared_ptr<ClientContext>> make(const Trust& trust);
  ~ClientContext();
  ClientContext(const ClientContext&) = delete;
  ClientContext& operator=(const ClientContext&) = delete;

 private:
  friend class ClientSession;
  struct Parts;
  explicit ClientContext(std::unique_ptr<Parts> parts);
  const std::unique_ptr<Parts> parts_;
};

class ClientSession {
 public:
  // `host`: the name or IP address for which the certificate must be, unless a key is pinned. The
  // socket stays the caller's; it is never waited for here, nor does it raise SIGPIPE.
  ClientSession(std::shared_ptr<ClientContext> context, int socket, const std::string& host);
  ~ClientSession();
  ClientSession(const ClientSession&) = delete;
  ClientSession& operator=(const ClientSession&) = delete;

  enum class Step { done, wants_to_read, wants_to_write, ended };
  struct Moved {
    Step step = Step::done;  // done: `bytes`, at least one; ended: see problem()
    std::size_t bytes = 0;
  };

  // Until it is done, nothing else may be called.
  Step shake_hands();
  // As much as has come.
  Moved read(char* to, std::size_t most);
  // After wants_to_read or wants_to_write the same must be written again.
  Moved write(const char* from, std::size_t size);
  // Bytes that have come and are not read: no event of the socket tells of them.
  bool has_pending() const;
  // Tells the other end that nothing follows. An attempt: it may be gone.
  void say_end();

  // Why it ended, a part of a sentence about the other end; empty: it said that nothing follows.
  const std::string& problem() const { return problem_; }
  // Of the key that the other end has shown; empty before.
  std::string fingerprint() const;
  // Why the certificate is not believed; empty: it is. Where anyone is believed this tells more.
  std::string doubt() const;
  // The other end has taken up the session of an earlier connection.
  bool is_resumed() const;

 private:
  Step step_of(int result);

  const std::shared_ptr<ClientContext> context_;
  int socket_;
  ssl_st* const ssl_;
  std::string problem_;
};

}  // namespace swapmeet::tls
