// Pins as they are written, and what they refuse in a handshake between two ends in memory.
#include "swapmeet/tls/pin.h"

#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <memory>

#include "catch.h"
#include "swapmeet/testing/temporary_folder.h"
#include "swapmeet/tls/certificate.h"
#include "swapmeet/tls/session.h"

using namespace swapmeet;
using namespace swapmeet::tls;

namespace {

const std::string kPin(64, 'a');
constexpr Time kThen{std::chrono::hours(24 * 365 * 56)};

// A client and a server over a pair of sockets.
class Ends {
 public:
  explicit Ends(const std::string& fingerprint, const std::string& own_name = "one") {
    const auto certificate =
        *Certificate::own(folder_.path / own_name, KeyKind::ed25519, "swapmeet", kThen);
    own_fingerprint_ = certificate.fingerprint();
    int sockets[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, sockets) == 0);
    client_socket_ = sockets[0];
    server_socket_ = sockets[1];
    server_ = std::make_unique<ServerSession>(*ServerContext::make(certificate), server_socket_);
    context_ = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr);
    pin(context_, fingerprint.empty() ? own_fingerprint_ : fingerprint);
    client_ = SSL_new(context_);
    SSL_set_fd(client_, client_socket_);
    SSL_set_connect_state(client_);
  }
  ~Ends() {
    SSL_free(client_);
    SSL_CTX_free(context_);
    ::close(client_socket_);
    ::close(server_socket_);
  }
  // True: both have shaken hands.
  bool meet() {
    auto server = ServerSession::Step::wants_to_read;
    int client = 0;
    for (int i = 0; i < 10 && (server != ServerSession::Step::done || client != 1); ++i) {
      client = SSL_do_handshake(client_);
      if (client != 1 && SSL_get_error(client_, client) != SSL_ERROR_WANT_READ) return false;
      if (server != ServerSession::Step::done) server = server_->shake_hands();
    }
    return server == ServerSession::Step::done && client == 1;
  }
  ServerSession& server() { return *server_; }
  SSL* client() { return client_; }

 private:
  testing::TemporaryFolder folder_;
  std::string own_fingerprint_;
  int client_socket_ = -1;
  int server_socket_ = -1;
  std::unique_ptr<ServerSession> server_;
  SSL_CTX* context_ = nullptr;
  SSL* client_ = nullptr;
};

}  // namespace

TEST_CASE("a pin stands behind the URL") {
  const auto parsed = parse_pinned_url("https://host:8888#sha256=" + kPin);
  REQUIRE(parsed);
  CHECK(parsed->url == "https://host:8888");
  CHECK(parsed->fingerprint == kPin);
  CHECK(parse_pinned_url("https://host:8888")->fingerprint.empty());
  CHECK_FALSE(parse_pinned_url("http://host:8888#sha256=" + kPin));
  CHECK_FALSE(parse_pinned_url("https://host:8888#" + kPin));
  CHECK_FALSE(parse_pinned_url("https://host:8888#sha256=" + kPin.substr(1)));
}

TEST_CASE("a fingerprint is read as other programs write it") {
  std::string with_colons;
  for (int i = 0; i < 32; ++i) with_colons += with_colons.empty() ? "AA" : ":AA";
  CHECK(*parse_fingerprint(with_colons) == kPin);
  CHECK_FALSE(parse_fingerprint("xyz"));
}

TEST_CASE("who holds the pinned key is believed, whatever the certificate says") {
  Ends ends("");
  CHECK(ends.meet());
}

TEST_CASE("another key than the pinned one is refused in the handshake") {
  Ends ends(kPin);
  CHECK_FALSE(ends.meet());
}

TEST_CASE("what is written to one end is read at the other, however little the socket takes") {
  Ends ends("");
  REQUIRE(ends.meet());
  const std::string text(5'000'000, 'x');
  std::size_t sent = 0;
  std::size_t received = 0;
  std::string buffer(64 << 10, '\0');
  while (received < text.size()) {
    while (sent < text.size()) {
      const auto moved = ends.server().write(text.data() + sent, text.size() - sent);
      if (moved.step != ServerSession::Step::done) {
        REQUIRE(moved.step == ServerSession::Step::wants_to_write);
        break;
      }
      sent += moved.bytes;
    }
    (void)ends.server().flush();
    const int got = SSL_read(ends.client(), buffer.data(), static_cast<int>(buffer.size()));
    REQUIRE(got > 0);
    for (int i = 0; i < got; ++i)
      if (buffer[static_cast<std::size_t>(i)] != 'x') FAIL("another byte");
    received += static_cast<std::size_t>(got);
  }
  CHECK(received == text.size());
  CHECK(ends.server().flush() == ServerSession::Step::done);
}
