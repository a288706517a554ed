// A client that speaks TLS to a front, one step at a time; and the certificate that the front
// shows.
#pragma once

#include <openssl/ssl.h>

#include <chrono>
#include <memory>
#include <string>

#include "swapmeet/testing/temporary_folder.h"
#include "swapmeet/tls/certificate.h"
#include "swapmeet/tls/pin.h"
#include "swapmeet/tls/session.h"
#include "tests/unit/http/client.h"

namespace swapmeet::http {

class ShownCertificate {
 public:
  ShownCertificate()
      : certificate_(*tls::Certificate::own(folder_.path / "peer", tls::KeyKind::ed25519,
                                            "swapmeet", Time(std::chrono::hours(24 * 365 * 56)))),
        context_(*tls::ServerContext::make(certificate_)) {}
  const std::string& fingerprint() const { return certificate_.fingerprint(); }
  Hooks hooks() const {
    Hooks hooks;
    hooks.tls = [context = context_] { return context; };
    return hooks;
  }

 private:
  testing::TemporaryFolder folder_;
  tls::Certificate certificate_;
  std::shared_ptr<const tls::ServerContext> context_;
};

class TlsClient {
 public:
  TlsClient(const HostPort& to, const std::string& fingerprint, int window = 0,
            int protocol = TLS1_3_VERSION)
      : client_(to, window), context_(SSL_CTX_new(TLS_client_method())) {
    SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_max_proto_version(context_, protocol);
    tls::pin(context_, fingerprint);
    ssl_ = SSL_new(context_);
    SSL_set_fd(ssl_, client_.socket());
  }
  ~TlsClient() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
  }
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  bool shake_hands() { return SSL_connect(ssl_) == 1; }
  void say(const std::string& bytes) {
    REQUIRE(SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size())) ==
            static_cast<int>(bytes.size()));
  }
  // Reads until `wanted` has been seen, or to the end when it is empty.
  std::string hear(const std::string& wanted = "") {
    std::string heard;
    char buffer[65536];
    while (wanted.empty() || heard.find(wanted) == std::string::npos) {
      const int n = SSL_read(ssl_, buffer, sizeof buffer);
      if (n <= 0) break;
      heard.append(buffer, static_cast<std::size_t>(n));
    }
    return heard;
  }
  // The front has said that nothing follows, so nothing was cut off.
  bool has_heard_the_end() const { return (SSL_get_shutdown(ssl_) & SSL_RECEIVED_SHUTDOWN) != 0; }
  SSL* ssl() { return ssl_; }

 private:
  Client client_;
  SSL_CTX* context_;
  SSL* ssl_ = nullptr;
};

}  // namespace swapmeet::http
