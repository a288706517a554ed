// The serving end of TLS on a socket that does not block. A ServerContext is what all connections
// of a listener share, a ServerSession is one connection's. TLS 1.2 and 1.3 with forward secrecy
// and AEAD only; no renegotiation, no compression, no early data; sessions are resumed by tickets,
// whose key is the context's and ends with it.
// Threads: a ServerContext may be shared; a ServerSession is one thread's at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "swapmeet/result.h"
#include "swapmeet/tls/certificate.h"

struct ssl_st;
struct ssl_ctx_st;

namespace swapmeet::tls {

class ServerContext {
 public:
  static Result<std::shared_ptr<const ServerContext>> make(const Certificate& certificate);
  ~ServerContext();
  ServerContext(const ServerContext&) = delete;
  ServerContext& operator=(const ServerContext&) = delete;
  ssl_ctx_st* get() const { return context_; }

 private:
  explicit ServerContext(ssl_ctx_st* context) : context_(context) {}
  ssl_ctx_st* const context_;
};

class ServerSession {
 public:
  // The socket stays the caller's.
  ServerSession(std::shared_ptr<const ServerContext> context, int socket);
  ~ServerSession();
  ServerSession(const ServerSession&) = delete;
  ServerSession& operator=(const ServerSession&) = delete;

  enum class Step { done, wants_to_read, wants_to_write, ended };
  struct Moved {
    Step step = Step::done;  // done: `bytes`, at least one
    std::size_t bytes = 0;
  };

  // Until it is done, nothing else may be called.
  Step shake_hands();
  // The mathematics of the handshake is done, and what is left of it takes microseconds.
  bool has_answered() const;
  Moved read(char* to, std::size_t most);
  // What it has taken is on its way, though perhaps still in here: see flush().
  Moved write(const char* from, std::size_t size);
  // done: nothing that write() took waits in here.
  Step flush();
  // Bytes that have come and are not read: no event of the socket tells of them.
  bool has_pending() const;
  // Tells the other end that nothing follows. An attempt: it may be gone.
  void say_end();
  // "TLSv1.3", for logs.
  std::string_view protocol() const;
  // Why the handshake ended, for logs; empty: the other end went.
  const std::string& problem() const { return problem_; }

 private:
  Step step_of(int result);

  const std::shared_ptr<const ServerContext> context_;
  ssl_st* const ssl_;
  std::size_t waiting_ = 0;  // bytes of the record that is still to be sent
  std::string problem_;
};

// Whether these first bytes of a connection begin a TLS handshake: a letter begins HTTP.
constexpr bool begins_tls(char first) { return first == 0x16; }

}  // namespace swapmeet::tls
