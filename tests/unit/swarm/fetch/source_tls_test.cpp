// Sources that are known by their keys: TLS to the holder of the key, and nothing to anybody else.
#include <atomic>
#include <chrono>
#include <string>
#include <thread>

#include "catch.h"
#include "fake_source.h"
#include "swapmeet/testing/manual_clock.h"
#include "tls_host.h"
#include "transfer/swarm/fetch/source_connection.h"
#include "transfer/swarm/fetch/source_pool.h"

namespace swapmeet::transfer_swarm {
namespace {

using fakes::Authority;
using fakes::TlsHost;
using namespace std::chrono_literals;

const std::string kWrongKey(64, 'a');

// Ranges of a file, over TLS.
struct SecureSource {
  explicit SecureSource(int protocol = TLS1_3_VERSION)
      : host(shown, TlsHost::answering([this](const auto& head) { return answer(head); }),
             protocol) {}
  std::string answer(const std::string& head) const {
    const auto at = head.find("bytes=") + 6;
    const auto first = std::stoul(head.substr(at));
    const auto last = std::stoul(head.substr(head.find('-', at) + 1));
    return "HTTP/1.1 206 Partial Content\r\nContent-Length: " + std::to_string(last - first + 1) +
           "\r\n\r\n" + file.substr(first, last - first + 1);
  }
  std::string url(const std::string& key = "") const {
    return host.url() + "/content/x#sha256=" + (key.empty() ? shown.fingerprint : key);
  }

  const std::string file = fakes::noise(3'000'000);
  const fakes::Issued shown = Authority::self_signed({.name = "DNS:swapmeet", .ends = -60});
  TlsHost host;
};

Result<std::string> body_of(SourceConnection& connection) {
  const auto answer = connection.answer();
  if (!answer) return answer.error();
  std::string bytes(connection.unread(), '\0');
  for (std::size_t at = 0; at < bytes.size();) {
    const auto got = connection.read(bytes.data() + at, bytes.size() - at);
    if (!got) return got.error();
    at += *got;
  }
  return bytes;
}

}  // namespace

TEST_CASE("ranges come over TLS from the holder of the key, several asked for at once") {
  for (const int protocol : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const SecureSource source(protocol);
    SourceConnection connection(source.url(), 1min, "");
    for (const std::size_t first : {2'000'000U, 0U, 1'234'567U})
      connection.ask({"/content/x", std::to_string(first) + "-" + std::to_string(first + 899'999)});
    for (const std::size_t first : {2'000'000U, 0U, 1'234'567U})
      CHECK(*body_of(connection) == source.file.substr(first, 900'000));
    CHECK(source.host.handshakes() == 1);
  }
}

TEST_CASE("another key than the source's is told so, and is asked for nothing") {
  const SecureSource source;
  SourceConnection connection(source.url(kWrongKey), 1min, "");
  connection.ask({"/content/x", "0-9", "a ticket"});
  const auto answer = connection.answer();
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == ErrorCode::unauthenticated);
  CHECK(answer.error().message.find("another key") != std::string::npos);
  CHECK(connection.asked() == 0);
}

TEST_CASE("a listener that speaks no TLS, and a URL that nobody speaks, are told so") {
  fakes::FakeSource plain("0123456789");
  auto url = plain.url();
  SourceConnection in_clear("https" + url.substr(4) + "#sha256=" + kWrongKey, 100ms, "");
  CHECK_FALSE(in_clear.connect());
  SourceConnection other("ftp" + url.substr(4), 1min, "");
  const auto unknown = other.connect();
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().message.find("only https:// and http://") != std::string::npos);
}

TEST_CASE("an answer over TLS that is cut in the middle is an error, politely or not") {
  const auto shown = Authority::self_signed();
  for (const bool politely : {true, false}) {
    const TlsHost host(shown, [politely](SSL* ssl, int) {
      TlsHost::hear(ssl);
      TlsHost::say(ssl, "HTTP/1.1 206 Partial Content\r\nContent-Length: 100\r\n\r\nhalf");
      if (politely) TlsHost::say_end(ssl);
    });
    SourceConnection connection(host.url() + "/content/x#sha256=" + shown.fingerprint, 1min, "");
    connection.ask({"/content/x", "0-99"});
    const auto body = body_of(connection);
    REQUIRE_FALSE(body);
    CHECK(body.error().code == ErrorCode::unavailable);
  }
}

TEST_CASE("a connection that the source has closed is taken up again, with its session") {
  const auto shown = Authority::self_signed();
  const TlsHost host(shown, [](SSL* ssl, int) {
    TlsHost::hear(ssl);
    TlsHost::say(ssl, "HTTP/1.1 206 Partial Content\r\nContent-Length: 2\r\n\r\nok");
    TlsHost::say_end(ssl);
  });
  SourceConnection connection(host.url() + "/content/x#sha256=" + shown.fingerprint, 1min, "");
  for (int i = 0; i < 3; ++i) {
    connection.ask({"/content/x", "0-1"});
    CHECK(*body_of(connection) == "ok");
  }
  CHECK(host.handshakes() == 3);
  CHECK(host.resumed() == 2);
}

TEST_CASE("waiting for a source that shakes no hands, or sends nothing, can be interrupted") {
  const auto shown = Authority::self_signed();
  std::atomic<bool> asked{false};
  const TlsHost host(shown, [&](SSL* ssl, int) {
    TlsHost::hear(ssl);
    asked = true;
    TlsHost::hear(ssl);  // until the client goes
  });
  SourceConnection connection(host.url() + "/content/x#sha256=" + shown.fingerprint, 10min, "");
  connection.ask({"/content/x", "0-1"});
  std::thread other([&] {
    while (!asked) std::this_thread::yield();
    connection.interrupt();
  });
  CHECK(connection.answer().error().code == ErrorCode::cancelled);
  other.join();
}

TEST_CASE("a source with another key is dropped, and comes back when the index tells its new one") {
  testing::ManualClock time;
  SourcePool pool({time, nullptr, PeerId{{99}}, 1, {10s, {2s, 60s, 50}}}, {});
  Source source{PeerId{{1}}, "ann", "http://127.0.0.1:1/content/x", 10, kWrongKey};
  pool.add({source});
  auto& first = *pool.all().at(0);
  first.standing.begin();
  pool.failed(first, {ErrorCode::unauthenticated, "it is not who it should be: another key", {}},
              Instant{1h});
  CHECK(first.standing.is_dropped());
  CHECK(first.standing.text().find("another key") != std::string::npos);
  pool.add({source});
  CHECK(pool.all().size() == 1);
  source.fingerprint = std::string(64, 'b');
  pool.add({source});
  REQUIRE(pool.all().size() == 2);
  CHECK_FALSE(pool.all().at(1)->standing.is_dropped());
}

TEST_CASE("who claims the address of another's source does not take its place") {
  testing::ManualClock time;
  SourcePool pool({time, nullptr, PeerId{{99}}, 1, {10s, {2s, 60s, 50}}}, {});
  pool.add({{PeerId{{1}}, "ann", "http://127.0.0.1:1/content/x", 10, kWrongKey}});
  pool.add({{PeerId{{2}}, "eve", "http://127.0.0.1:1/content/x", 10, std::string(64, 'e')}});
  REQUIRE(pool.all().size() == 2);
  CHECK_FALSE(pool.all().at(0)->standing.is_dropped());
}

}  // namespace swapmeet::transfer_swarm
