#include "tls_host.h"

#include <arpa/inet.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <stdexcept>
#include <thread>

#include "swapmeet/digest.h"

namespace fakes {

template <auto kFree>
struct Freeing {
  template <class T>
  void operator()(T* one) const {
    kFree(one);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freeing<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freeing<X509_free>>;
using Bio = std::unique_ptr<BIO, Freeing<BIO_free>>;

namespace {

template <class Write>
std::string pem_of(Write write) {
  const Bio bio(BIO_new(BIO_s_mem()));
  write(bio.get());
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

std::string fingerprint_of(EVP_PKEY* key) {
  unsigned char* bytes = nullptr;
  const int size = i2d_PUBKEY(key, &bytes);
  const std::string der(reinterpret_cast<char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return swapmeet::sha256_hex(der);
}

void extend(X509* one, X509* issuer, int what, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, one, nullptr, nullptr, 0);
  auto* const extension = X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str());
  if (!extension) throw std::runtime_error("no extension " + value);
  X509_add_ext(one, extension, -1);
  X509_EXTENSION_free(extension);
}

// `issuer` null: it vouches for itself.
Certificate make(EVP_PKEY* key, const Wish& wish, bool is_authority, X509* issuer,
                 EVP_PKEY* issuer_key) {
  Certificate certificate(X509_new());
  auto* const one = certificate.get();
  X509_set_version(one, 2);
  BIGNUM* const serial = BN_new();
  BN_rand(serial, 100, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY);
  BN_to_ASN1_INTEGER(serial, X509_get_serialNumber(one));
  BN_free(serial);
  X509_gmtime_adj(X509_getm_notBefore(one), wish.begins);
  X509_gmtime_adj(X509_getm_notAfter(one), wish.ends);
  X509_set_pubkey(one, key);
  auto* const subject = X509_get_subject_name(one);
  const auto* const name =
      reinterpret_cast<const unsigned char*>(is_authority ? "an authority" : "a host");
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, name, -1, -1, 0);
  X509_set_issuer_name(one, issuer ? X509_get_subject_name(issuer) : subject);
  extend(one, issuer ? issuer : one, NID_basic_constraints,
         is_authority ? "critical,CA:TRUE" : "CA:FALSE");
  if (!is_authority) extend(one, issuer ? issuer : one, NID_subject_alt_name, wish.name);
  X509_sign(one, issuer_key ? issuer_key : key, EVP_sha256());
  return certificate;
}

Issued issued(const Certificate& certificate, const Key& key) {
  return {pem_of([&](BIO* bio) { PEM_write_bio_X509(bio, certificate.get()); }),
          pem_of([&](BIO* bio) {
            PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
          }),
          fingerprint_of(key.get())};
}

}  // namespace

struct Authority::Parts {
  Key key{EVP_EC_gen("P-256")};
  Certificate certificate = make(key.get(), {}, true, nullptr, nullptr);
  std::string pem = pem_of([this](BIO* bio) { PEM_write_bio_X509(bio, certificate.get()); });
};

Authority::Authority() : parts_(std::make_shared<const Parts>()) {}
const std::string& Authority::pem() const { return parts_->pem; }

Issued Authority::issue(const Wish& wish) const {
  const Key key(EVP_EC_gen("P-256"));
  return issued(make(key.get(), wish, false, parts_->certificate.get(), parts_->key.get()), key);
}

Issued Authority::self_signed(const Wish& wish) {
  const Key key(EVP_EC_gen("P-256"));
  return issued(make(key.get(), wish, false, nullptr, nullptr), key);
}

struct TlsHost::State {
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  Script script;
  int listening = -1;
  unsigned port = 0;
  std::atomic<int> handshakes{0};
  std::atomic<int> resumed{0};
  std::atomic<bool> ending{false};
  std::thread thread;

  void show(const Issued& shown) const {
    const Bio certificate(BIO_new_mem_buf(shown.certificate.data(), -1));
    const Bio key(BIO_new_mem_buf(shown.key.data(), -1));
    auto* const one = PEM_read_bio_X509(certificate.get(), nullptr, nullptr, nullptr);
    auto* const secret = PEM_read_bio_PrivateKey(key.get(), nullptr, nullptr, nullptr);
    SSL_CTX_use_certificate(context, one);
    SSL_CTX_use_PrivateKey(context, secret);
    X509_free(one);
    EVP_PKEY_free(secret);
  }

  void listen() {
    listening = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listening, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::listen(listening, 16) != 0 ||
        ::getsockname(listening, reinterpret_cast<sockaddr*>(&address), &size) != 0)
      throw std::runtime_error("no listening socket");
    port = ntohs(address.sin_port);
  }

  void serve() {
    for (;;) {
      const int socket = ::accept4(listening, nullptr, nullptr, SOCK_CLOEXEC);
      if (socket < 0 || ending) {
        if (socket >= 0) ::close(socket);
        return;
      }
      SSL* const ssl = SSL_new(context);
      SSL_set_fd(ssl, socket);
      if (SSL_accept(ssl) == 1) {
        ++handshakes;
        if (SSL_session_reused(ssl) == 1) ++resumed;
        script(ssl, socket);
      }
      ERR_clear_error();
      SSL_free(ssl);
      ::close(socket);
    }
  }
};

TlsHost::TlsHost(const Issued& shown, Script script, int protocol)
    : state_(std::make_unique<State>()) {
  std::signal(SIGPIPE, SIG_IGN);
  auto& state = *state_;
  state.script = std::move(script);
  constexpr unsigned char kId[] = "test";
  SSL_CTX_set_session_id_context(state.context, kId, sizeof kId);
  SSL_CTX_set_max_proto_version(state.context, protocol);
  state.show(shown);
  state.listen();
  state.thread = std::thread([&state] { state.serve(); });
}

TlsHost::~TlsHost() {
  state_->ending = true;
  ::shutdown(state_->listening, SHUT_RDWR);
  state_->thread.join();
  ::close(state_->listening);
  SSL_CTX_free(state_->context);
}

unsigned TlsHost::port() const { return state_->port; }
int TlsHost::handshakes() const { return state_->handshakes; }
int TlsHost::resumed() const { return state_->resumed; }

std::string TlsHost::hear(SSL* ssl) {
  std::string heard;
  char one = 0;
  while (!heard.ends_with("\r\n\r\n")) {
    if (SSL_read(ssl, &one, 1) != 1) return {};
    heard += one;
  }
  return heard;
}

void TlsHost::say(SSL* ssl, const std::string& bytes) {
  for (std::size_t gone = 0; gone < bytes.size();) {
    const int sent = SSL_write(ssl, bytes.data() + gone, static_cast<int>(bytes.size() - gone));
    if (sent <= 0) return;
    gone += static_cast<std::size_t>(sent);
  }
}

void TlsHost::say_end(SSL* ssl) { SSL_shutdown(ssl); }

TlsHost::Script TlsHost::answering(std::function<std::string(const std::string&)> answer) {
  return [answer = std::move(answer)](SSL* ssl, int) {
    for (auto head = hear(ssl); !head.empty(); head = hear(ssl)) say(ssl, answer(head));
    say_end(ssl);
  };
}

std::string http_answer(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace fakes
