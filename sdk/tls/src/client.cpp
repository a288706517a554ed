#include "swapmeet/tls/client.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <mutex>

#include "handles.h"
#include "swapmeet/tls/certificate.h"
#include "swapmeet/tls/pin.h"

namespace swapmeet::tls {
namespace {

// Several records at once: of a file that comes, each call of the system brings that much.
constexpr std::size_t kReadAhead = 256 << 10;
constexpr unsigned char kOnlyHttp11[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
constexpr int kDeepestChain = 9;

using SessionHandle = std::unique_ptr<SSL_SESSION, Freeing<SSL_SESSION_free>>;

// OpenSSL's own way to a socket waits where the socket does, and may raise SIGPIPE.
int socket_of(BIO* bio) { return *static_cast<const int*>(BIO_get_data(bio)); }

bool is_passing(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

int read_socket(BIO* bio, char* to, int most) {
  BIO_clear_retry_flags(bio);
  const auto got = ::recv(socket_of(bio), to, static_cast<std::size_t>(most), MSG_DONTWAIT);
  if (got < 0 && is_passing(errno)) BIO_set_retry_read(bio);
  if (got == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  return static_cast<int>(got);
}

int write_socket(BIO* bio, const char* from, int size) {
  BIO_clear_retry_flags(bio);
  const auto gone =
      ::send(socket_of(bio), from, static_cast<std::size_t>(size), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (gone < 0 && is_passing(errno)) BIO_set_retry_write(bio);
  return static_cast<int>(gone);
}

long control_socket(BIO* bio, int what, long, void*) {
  if (what == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
  return what == BIO_CTRL_FLUSH ? 1 : 0;
}

const BIO_METHOD* way_to_sockets() {
  static BIO_METHOD* const kWay = [] {
    auto* const way = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
    BIO_meth_set_read(way, read_socket);
    BIO_meth_set_write(way, write_socket);
    BIO_meth_set_ctrl(way, control_socket);
    return way;
  }();
  return kWay;
}

bool is_address(const std::string& host) {
  unsigned char bytes[sizeof(in6_addr)];
  return ::inet_pton(AF_INET, host.c_str(), bytes) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), bytes) == 1;
}

std::string doubt_of(long result) {
  switch (result) {
    case X509_V_OK: return {};
    case X509_V_ERR_CERT_REJECTED: return "it holds another key than the one that is expected";
    case X509_V_ERR_CERT_HAS_EXPIRED: return "its certificate has expired";
    case X509_V_ERR_CERT_NOT_YET_VALID: return "its certificate is not valid yet";
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH: return "its certificate is for another name";
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
      return "nobody who is trusted here vouches for its certificate";
    default: return std::string("its certificate: ") + X509_verify_cert_error_string(result);
  }
}

}  // namespace

struct ClientContext::Parts {
  ContextHandle context;
  bool pinned = false;
  std::mutex mutex;
  SessionHandle session;  // that the next connection resumes

  // Of a context, which does not own them.
  static int place() {
    static const int kPlace = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return kPlace;
  }
  static int keep(SSL* ssl, SSL_SESSION* session) {
    auto& parts = *static_cast<Parts*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), place()));
    const std::lock_guard lock(parts.mutex);
    parts.session.reset(session);
    return 1;  // it is kept here
  }

  bool set_up(const Trust& trust) {
    auto* const one = context.get();
    if (!one || SSL_CTX_set_min_proto_version(one, TLS1_2_VERSION) != 1) return false;
    SSL_CTX_set_options(one, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_mode(one, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                              SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_read_ahead(one, 1);
    SSL_CTX_set_default_read_buffer_len(one, kReadAhead);
    SSL_CTX_set_alpn_protos(one, kOnlyHttp11, sizeof kOnlyHttp11);
    SSL_CTX_set_verify(one, trust.anyone ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_verify_depth(one, kDeepestChain);
    SSL_CTX_set_session_cache_mode(one, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(one, keep);
    return SSL_CTX_set_ex_data(one, place(), this) == 1;
  }
};

ClientContext::ClientContext(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
ClientContext::~ClientContext() = default;

Result<std::shared_ptr<ClientContext>> ClientContext::make(const Trust& trust) {
  auto parts = std::make_unique<Parts>();
  parts->context.reset(SSL_CTX_new(TLS_client_method()));
  if (!parts->set_up(trust))
    return Error{ErrorCode::internal, "TLS cannot be set up: " + trouble(), {}};
  auto* const one = parts->context.get();
  if (!trust.fingerprint.empty()) {
    auto fingerprint = parse_fingerprint(trust.fingerprint);
    if (!fingerprint) return std::move(fingerprint).error();
    pin(one, std::move(*fingerprint));
    parts->pinned = true;
  } else if (trust.ca_file.empty()) {
    SSL_CTX_set_default_verify_paths(one);
  } else if (SSL_CTX_load_verify_file(one, trust.ca_file.c_str()) != 1) {
    return invalid_argument(trust.ca_file + ": no certificates of authorities can be read there (" +
                            trouble() + "); it must be PEM");
  }
  return std::shared_ptr<ClientContext>(new ClientContext(std::move(parts)));
}

ClientSession::ClientSession(std::shared_ptr<ClientContext> context, int socket,
                             const std::string& host)
    : context_(std::move(context)),
      socket_(socket),
      ssl_(SSL_new(context_->parts_->context.get())) {
  auto* const bio = BIO_new(way_to_sockets());
  if (!ssl_ || !bio) {
    BIO_free(bio);
    problem_ = "TLS cannot be set up: " + trouble();
    return;
  }
  BIO_set_data(bio, &socket_);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_, bio, bio);
  SSL_set_connect_state(ssl_);
  auto* const rules = SSL_get0_param(ssl_);
  if (is_address(host)) {
    if (!context_->parts_->pinned) X509_VERIFY_PARAM_set1_ip_asc(rules, host.c_str());
  } else {
    SSL_set_tlsext_host_name(ssl_, host.c_str());
    X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (!context_->parts_->pinned) X509_VERIFY_PARAM_set1_host(rules, host.data(), host.size());
  }
  const std::lock_guard lock(context_->parts_->mutex);
  if (context_->parts_->session) SSL_set_session(ssl_, context_->parts_->session.get());
}

ClientSession::~ClientSession() { SSL_free(ssl_); }

// Of a call that did not succeed.
ClientSession::Step ClientSession::step_of(int result) {
  const int system = errno;
  switch (SSL_get_error(ssl_, result)) {
    case SSL_ERROR_WANT_READ: return Step::wants_to_read;
    case SSL_ERROR_WANT_WRITE: return Step::wants_to_write;
    case SSL_ERROR_ZERO_RETURN: return Step::ended;
    case SSL_ERROR_SYSCALL:
      problem_ = system != 0 ? "the connection broke: " + std::string(std::strerror(system))
                             : "it ended the connection in the middle";
      break;
    default: {
      const auto reason = ERR_GET_REASON(ERR_peek_error());
      if (!SSL_is_init_finished(ssl_) && !doubt().empty())
        problem_ = doubt();
      else if (reason == SSL_R_UNEXPECTED_EOF_WHILE_READING)
        problem_ = "it ended the connection in the middle";
      else if (reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_HTTP_REQUEST)
        problem_ = "it does not speak TLS there";
      else
        problem_ = "TLS: " + trouble();
    }
  }
  ERR_clear_error();
  return Step::ended;
}

ClientSession::Step ClientSession::shake_hands() {
  if (!problem_.empty()) return Step::ended;
  ERR_clear_error();
  errno = 0;
  const int result = SSL_do_handshake(ssl_);
  return result == 1 ? Step::done : step_of(result);
}

ClientSession::Moved ClientSession::read(char* to, std::size_t most) {
  std::size_t filled = 0;
  do {
    ERR_clear_error();
    errno = 0;
    std::size_t got = 0;
    const int result = SSL_read_ex(ssl_, to + filled, most - filled, &got);
    if (result != 1) {
      if (filled > 0) break;  // the next call tells the same
      return {step_of(result), 0};
    }
    filled += got;
  } while (filled < most && SSL_has_pending(ssl_) == 1);
  return {Step::done, filled};
}

ClientSession::Moved ClientSession::write(const char* from, std::size_t size) {
  ERR_clear_error();
  errno = 0;
  std::size_t gone = 0;
  const int result = SSL_write_ex(ssl_, from, size, &gone);
  if (result == 1) return {Step::done, gone};
  return {step_of(result), 0};
}

bool ClientSession::has_pending() const { return ssl_ && SSL_has_pending(ssl_) == 1; }

void ClientSession::say_end() {
  if (!ssl_ || !SSL_is_init_finished(ssl_) || !problem_.empty()) return;
  SSL_shutdown(ssl_);
  ERR_clear_error();
}

std::string ClientSession::fingerprint() const {
  auto* const certificate = ssl_ ? SSL_get0_peer_certificate(ssl_) : nullptr;
  auto* const key = certificate ? X509_get0_pubkey(certificate) : nullptr;
  return key ? fingerprint_of(public_key_of(key)) : std::string();
}

std::string ClientSession::doubt() const {
  return ssl_ ? doubt_of(SSL_get_verify_result(ssl_)) : std::string();
}

bool ClientSession::is_resumed() const { return ssl_ && SSL_session_reused(ssl_) == 1; }

}  // namespace swapmeet::tls
