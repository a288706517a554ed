// The client over TLS, against hosts that are not what they should be.
#include <fstream>
#include <string>
#include <vector>

#include "catch.h"
#include "swapmeet/testing/temporary_folder.h"
#include "swapmeet/wire/client.h"
#include "swapmeet/wire/event_stream.h"
#include "tls_host.h"

using namespace swapmeet;
using Catch::Matchers::Contains;
using fakes::Authority;
using fakes::http_answer;
using fakes::Issued;
using fakes::TlsHost;

namespace {

const std::string kOtherPin(64, 'a');

class TrustedFile {
 public:
  explicit TrustedFile(const Authority& authority) : path_((folder_.path / "ca.pem").string()) {
    std::ofstream(path_) << authority.pem();
  }
  const std::string& path() const { return path_; }

 private:
  testing::TemporaryFolder folder_;
  std::string path_;
};

TlsHost::Script saying(const std::string& body) {
  return TlsHost::answering([body](const std::string&) { return http_answer(body); });
}

wire::ClientOptions to(const std::string& url, const std::string& ca_file = "") {
  return {.url = url,
          .token = "secret",
          .timeout = std::chrono::seconds(30),
          .ca_file = ca_file,
          .fingerprint = ""};
}

// Why it is not talked to; empty: it is.
std::string refusal(const wire::ClientOptions& options) {
  wire::Client client(options);
  const auto reply = client.request("GET", "/");
  if (!reply && reply.error().code != ErrorCode::unavailable) return "another code";
  return reply ? "" : reply.error().message;
}

}  // namespace

TEST_CASE("a host is believed when an authority of the file vouches for its address") {
  const Authority authority;
  const TrustedFile trusted(authority);
  const TlsHost host(authority.issue(), saying("hello"));
  wire::Client client(to(host.url(), trusted.path()));
  CHECK(client.request("GET", "/")->body == "hello");
  CHECK(client.request("GET", "/")->body == "hello");
  CHECK(host.handshakes() == 1);
}

TEST_CASE(
    "expired, not yet valid, of another name, of an unknown authority: each is told, and "
    "nothing was sent") {
  const Authority authority;
  const TrustedFile trusted(authority);
  const auto refused = [&](const Issued& shown) {
    std::string heard;
    std::string why;
    {
      const TlsHost host(shown, [&](SSL* ssl, int) { heard = TlsHost::hear(ssl); });
      why = refusal(to(host.url(), trusted.path()));
    }
    CHECK(heard.empty());
    return why;
  };
  CHECK_THAT(refused(authority.issue({.ends = -60})), Contains("has expired"));
  CHECK_THAT(refused(authority.issue({.begins = 1800})), Contains("not valid yet"));
  CHECK_THAT(refused(authority.issue({.name = "IP:127.0.0.2"})), Contains("another name"));
  CHECK_THAT(refused(authority.issue({.name = "DNS:localhost"})), Contains("another name"));
  CHECK_THAT(refused(Authority().issue()), Contains("nobody who is trusted here vouches"));
  CHECK_THAT(refused(Authority::self_signed()), Contains("nobody who is trusted here vouches"));
}

TEST_CASE("a name is looked for in the certificate as well as an address") {
  const Authority authority;
  const TrustedFile trusted(authority);
  const TlsHost host(authority.issue({.name = "DNS:localhost"}), saying("hello"));
  const auto url = "https://localhost:" + std::to_string(host.port());
  CHECK(refusal(to(url, trusted.path())).empty());
}

TEST_CASE("a pinned key is believed, whatever its certificate says, and no other is") {
  const auto shown = Authority::self_signed({.name = "DNS:elsewhere", .ends = -60});
  const TlsHost host(shown, saying("hello"));
  CHECK(refusal(to(host.url() + "#sha256=" + shown.fingerprint)).empty());
  auto options = to(host.url());
  options.fingerprint = shown.fingerprint;
  CHECK(refusal(options).empty());
  CHECK_THAT(refusal(to(host.url() + "#sha256=" + kOtherPin)),
             Contains("another key than the one that is expected"));
}

TEST_CASE("a pin is stronger than an authority that vouches for somebody else") {
  const Authority authority;
  const TrustedFile trusted(authority);
  const TlsHost host(authority.issue(), saying("hello"));
  CHECK_FALSE(refusal(to(host.url() + "#sha256=" + kOtherPin, trusted.path())).empty());
}

TEST_CASE("a file of authorities that is none is told before anybody is asked") {
  const TlsHost host(Authority::self_signed(), saying("hello"));
  wire::Client client(to(host.url(), "/nowhere/ca.pem"));
  const auto reply = client.request("GET", "/");
  REQUIRE_FALSE(reply);
  CHECK(reply.error().code == ErrorCode::invalid_argument);
  CHECK_THAT(reply.error().message, Contains("/nowhere/ca.pem"));
  CHECK(host.handshakes() == 0);
}

TEST_CASE("an answer that is cut in the middle is an error, with and without a word of TLS's") {
  const auto shown = Authority::self_signed();
  for (const bool politely : {true, false})
    for (const std::string& head : {std::string("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"),
                                    std::string("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")}) {
      // How long it is is not said in the second one: then it is whole when TLS says so.
      if (politely && head.find("Length") == std::string::npos) continue;
      INFO(head << politely);
      const TlsHost host(shown, [&](SSL* ssl, int) {
        TlsHost::hear(ssl);
        TlsHost::say(ssl, head + "only the beginning");
        if (politely) TlsHost::say_end(ssl);
      });
      CHECK_THAT(refusal(to(host.url() + "#sha256=" + shown.fingerprint)),
                 Contains("in the middle"));
    }
}

TEST_CASE("an answer without a length is whole when TLS says that nothing follows") {
  const auto shown = Authority::self_signed();
  const TlsHost host(shown, [](SSL* ssl, int) {
    TlsHost::hear(ssl);
    TlsHost::say(ssl, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nall of it");
    TlsHost::say_end(ssl);
  });
  wire::Client client(to(host.url() + "#sha256=" + shown.fingerprint));
  CHECK(client.request("GET", "/")->body == "all of it");
}

TEST_CASE("a host that wants to negotiate anew in the middle does not get it") {
  const auto shown = Authority::self_signed();
  const TlsHost host(
      shown,
      [](SSL* ssl, int) {
        TlsHost::hear(ssl);
        SSL_renegotiate(ssl);
        SSL_do_handshake(ssl);  // its asking
        TlsHost::say(ssl, http_answer("hello"));
        TlsHost::hear(ssl);
      },
      TLS1_2_VERSION);
  wire::Client client(to(host.url() + "#sha256=" + shown.fingerprint));
  const auto reply = client.request("GET", "/");
  // It is told no, and may go on as before or give up.
  CHECK((!reply || reply->body == "hello"));
  CHECK(host.handshakes() == 1);
}

TEST_CASE("TLS before 1.2 is not spoken") {
  const auto shown = Authority::self_signed();
  const TlsHost host(shown, saying("hello"), TLS1_1_VERSION);
  CHECK_FALSE(refusal(to(host.url() + "#sha256=" + shown.fingerprint)).empty());
}

TEST_CASE("the next connection takes up the session of the last one") {
  const auto shown = Authority::self_signed();
  for (const int protocol : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const TlsHost host(
        shown,
        [](SSL* ssl, int) {
          TlsHost::hear(ssl);
          TlsHost::say(ssl, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
          TlsHost::say_end(ssl);
        },
        protocol);
    wire::Client client(to(host.url() + "#sha256=" + shown.fingerprint));
    for (int i = 0; i < 3; ++i) CHECK(client.request("GET", "/")->body == "ok");
    CHECK(host.handshakes() == 3);
    CHECK(host.resumed() == 2);
  }
}

TEST_CASE("who is there is told with why it is not believed, and nothing is sent") {
  const Authority authority;
  const TrustedFile trusted(authority);
  std::string heard;
  const auto shown = authority.issue();
  {
    const TlsHost host(shown, [&](SSL* ssl, int) { heard += TlsHost::hear(ssl); });
    const auto believed = wire::shown_key(to(host.url(), trusted.path()));
    REQUIRE(believed);
    CHECK(believed->fingerprint == shown.fingerprint);
    CHECK(believed->doubt.empty());
    const auto doubted = wire::shown_key(to(host.url()));
    REQUIRE(doubted);
    CHECK(doubted->fingerprint == shown.fingerprint);
    CHECK_THAT(doubted->doubt, Contains("nobody who is trusted here"));
    CHECK(wire::shown_key(to(host.url() + "#sha256=" + shown.fingerprint))->doubt.empty());
    CHECK_FALSE(wire::shown_key(to(host.url() + "#sha256=" + kOtherPin))->doubt.empty());
  }
  CHECK(heard.empty());
}

TEST_CASE("events are followed over TLS, and their end in the middle is one") {
  const auto shown = Authority::self_signed();
  const TlsHost host(shown, [](SSL* ssl, int) {
    TlsHost::hear(ssl);
    TlsHost::say(ssl, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nevent: peer\ndata: 1\n\n");
  });
  std::vector<std::string> heard;
  wire::EventStream stream(to(host.url() + "#sha256=" + shown.fingerprint));
  const auto ended = stream.follow(
      "/events", [&](const auto& topic, const auto& data) { heard.push_back(topic + ' ' + data); });
  REQUIRE_FALSE(ended.ok());
  CHECK(ended.error().code == ErrorCode::unavailable);
  CHECK(heard == std::vector<std::string>{"peer 1"});
}
