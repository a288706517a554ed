#include "swapmeet/tls/session.h"

#include <cstring>

#include "handles.h"

namespace swapmeet::tls {
namespace {

constexpr const char* kCiphers12 =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr const char* kCiphers13 =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
constexpr const char* kGroups = "X25519:P-256:P-384";
// In the form of ALPN (RFC 7301): each name behind its length.
constexpr unsigned char kHttp11[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
constexpr unsigned char kContextId[] = "swapmeet";
constexpr long kTicketSeconds = 6L * 60 * 60;

int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size,
                    const unsigned char* offered, unsigned int offered_size, void*) {
  unsigned char* name = nullptr;
  if (SSL_select_next_proto(&name, size, kHttp11, sizeof kHttp11, offered, offered_size) !=
      OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  *chosen = name;
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

Result<std::shared_ptr<const ServerContext>> ServerContext::make(const Certificate& certificate) {
  ContextHandle context(SSL_CTX_new(TLS_server_method()));
  auto* const one = context.get();
  if (!one || SSL_CTX_set_min_proto_version(one, TLS1_2_VERSION) != 1 ||
      SSL_CTX_set_cipher_list(one, kCiphers12) != 1 ||
      SSL_CTX_set_ciphersuites(one, kCiphers13) != 1 ||
      SSL_CTX_set1_groups_list(one, kGroups) != 1 ||
      SSL_CTX_set_session_id_context(one, kContextId, sizeof kContextId - 1) != 1)
    return Error{ErrorCode::internal, "TLS cannot be set up: " + trouble(), {}};
  SSL_CTX_set_options(one, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                               SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  // A client that ends without saying so has only ended: requests and answers know their lengths.
  SSL_CTX_set_options(one, SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(one, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                            SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(one, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_timeout(one, kTicketSeconds);
  SSL_CTX_set_num_tickets(one, 1);
  SSL_CTX_set_alpn_select_cb(one, choose_protocol, nullptr);
  if (auto used = certificate.use_in(one); !used) return std::move(used).error();
  return std::shared_ptr<const ServerContext>(new ServerContext(context.release()));
}

ServerContext::~ServerContext() { SSL_CTX_free(context_); }

ServerSession::ServerSession(std::shared_ptr<const ServerContext> context, int socket)
    : context_(std::move(context)), ssl_(SSL_new(context_->get())) {
  if (!ssl_) return;
  SSL_set_fd(ssl_, socket);
  SSL_set_accept_state(ssl_);
}

ServerSession::~ServerSession() { SSL_free(ssl_); }

// Of a call that did not succeed.
ServerSession::Step ServerSession::step_of(int result) {
  switch (SSL_get_error(ssl_, result)) {
    case SSL_ERROR_WANT_READ: return Step::wants_to_read;
    case SSL_ERROR_WANT_WRITE: return Step::wants_to_write;
    case SSL_ERROR_SSL: problem_ = trouble(); return Step::ended;
    default: ERR_clear_error(); return Step::ended;
  }
}

ServerSession::Step ServerSession::shake_hands() {
  if (!ssl_) return Step::ended;
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_);
  return result == 1 ? Step::done : step_of(result);
}

bool ServerSession::has_answered() const {
  const auto state = SSL_get_state(ssl_);
  return state != TLS_ST_BEFORE && state != TLS_ST_SR_CLNT_HELLO;
}

ServerSession::Moved ServerSession::read(char* to, std::size_t most) {
  ERR_clear_error();
  std::size_t got = 0;
  const int result = SSL_read_ex(ssl_, to, most, &got);
  if (result == 1) return {Step::done, got};
  return {step_of(result), 0};
}

// A record that does not go out whole stays in OpenSSL, encrypted. It is counted as written, and
// goes on with the next call; what that call gives is not looked at then.
ServerSession::Moved ServerSession::write(const char* from, std::size_t size) {
  if (const auto flushed = flush(); flushed != Step::done) return {flushed, 0};
  ERR_clear_error();
  const auto record = std::min<std::size_t>(size, SSL3_RT_MAX_PLAIN_LENGTH);
  std::size_t gone = 0;
  const int result = SSL_write_ex(ssl_, from, record, &gone);
  if (result == 1) return {Step::done, gone};
  const auto step = step_of(result);
  if (step != Step::wants_to_write) return {step, 0};
  waiting_ = record;
  return {Step::done, record};
}

ServerSession::Step ServerSession::flush() {
  static constexpr char kAnything[SSL3_RT_MAX_PLAIN_LENGTH] = {};
  if (waiting_ == 0) return Step::done;
  ERR_clear_error();
  std::size_t gone = 0;
  const int result = SSL_write_ex(ssl_, kAnything, waiting_, &gone);
  if (result != 1) return step_of(result);
  waiting_ = 0;
  return Step::done;
}

bool ServerSession::has_pending() const { return SSL_has_pending(ssl_) == 1; }

void ServerSession::say_end() {
  if (!ssl_ || !SSL_is_init_finished(ssl_) || waiting_ > 0) return;
  SSL_shutdown(ssl_);
  ERR_clear_error();
}

std::string_view ServerSession::protocol() const { return SSL_get_version(ssl_); }

}  // namespace swapmeet::tls
