#include "swapmeet/tls/pinned_session.h"

#include "handles.h"
#include "swapmeet/tls/pin.h"

namespace swapmeet::tls {

PinnedSession::PinnedSession(int socket, const std::string& fingerprint) {
  const ContextHandle context(SSL_CTX_new(TLS_client_method()));
  if (!context || SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) != 1) return;
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_options(context.get(), SSL_OP_IGNORE_UNEXPECTED_EOF);
  pin(context.get(), fingerprint);
  ssl_ = SSL_new(context.get());  // which keeps the context
  if (!ssl_) return;
  SSL_set_fd(ssl_, socket);
  SSL_set_connect_state(ssl_);
}

PinnedSession::~PinnedSession() { SSL_free(ssl_); }

// Of a call that did not succeed.
ServerSession::Step PinnedSession::step_of(int result) {
  switch (SSL_get_error(ssl_, result)) {
    case SSL_ERROR_WANT_READ: return ServerSession::Step::wants_to_read;
    case SSL_ERROR_WANT_WRITE: return ServerSession::Step::wants_to_write;
    case SSL_ERROR_SSL: problem_ = trouble(); return ServerSession::Step::ended;
    default: ERR_clear_error(); return ServerSession::Step::ended;
  }
}

ServerSession::Step PinnedSession::shake_hands() {
  if (!ssl_) return problem_ = "TLS cannot be set up", ServerSession::Step::ended;
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_);
  return result == 1 ? ServerSession::Step::done : step_of(result);
}

ServerSession::Moved PinnedSession::read(char* to, std::size_t most) {
  ERR_clear_error();
  std::size_t got = 0;
  const int result = SSL_read_ex(ssl_, to, most, &got);
  if (result == 1) return {ServerSession::Step::done, got};
  return {step_of(result), 0};
}

ServerSession::Moved PinnedSession::write(const char* from, std::size_t size) {
  ERR_clear_error();
  std::size_t gone = 0;
  const int result = SSL_write_ex(ssl_, from, size, &gone);
  if (result == 1) return {ServerSession::Step::done, gone};
  return {step_of(result), 0};
}

}  // namespace swapmeet::tls
