// One port for HTTP and TLS: who speaks which is told by the first byte, and a handshake that is
// slow, broken or too much holds up nobody.
#include <sys/stat.h>

#include <cstdlib>
#include <thread>

#include "tests/unit/http/tls_client.h"

using namespace swapmeet;
using namespace swapmeet::http;
using namespace std::chrono_literals;

namespace {

ListenOptions speaking(Tls tls) {
  ListenOptions options;
  options.tls = tls;
  return options;
}

std::shared_ptr<const OpenFile> file_with(const std::string& bytes) {
  char name[] = "/tmp/swapmeet-tls-XXXXXX";
  const int descriptor = ::mkstemp(name);
  ::unlink(name);
  REQUIRE(::write(descriptor, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
  return std::make_shared<OpenFile>(descriptor);
}

std::string bytes_of(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>('a' + i * 7 % 26);
  return bytes;
}

std::string body_of(const std::string& answer) {
  const auto head = answer.find("\r\n\r\n");
  return head == std::string::npos ? std::string() : answer.substr(head + 4);
}

}  // namespace

TEST_CASE("one port speaks both, and says which it was") {
  const ShownCertificate shown;
  FrontBench front(speaking(Tls::offered), shown.hooks());
  front.add("GET", "/secure", [](Request& request) { return json(request.secure ? "yes" : "no"); });
  Client plain(front.listener->address());
  plain.say(get("/secure"));
  CHECK(body_of(plain.hear()) == "no");
  for (const int protocol : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient secure(front.listener->address(), shown.fingerprint(), 0, protocol);
    REQUIRE(secure.shake_hands());
    secure.say(get("/secure"));
    CHECK(body_of(secure.hear()) == "yes");
    CHECK(secure.has_heard_the_end());
  }
}

TEST_CASE("where TLS is required, HTTP is told so and nothing is done for it") {
  const ShownCertificate shown;
  FrontBench front(speaking(Tls::required), shown.hooks());
  Client plain(front.listener->address());
  plain.say(get("/hello/ann"));
  const auto answer = plain.hear();
  CHECK(answer.starts_with("HTTP/1.1 400"));
  CHECK(answer.find("https://") != std::string::npos);
  TlsClient secure(front.listener->address(), shown.fingerprint());
  REQUIRE(secure.shake_hands());
  secure.say(get("/hello/ann"));
  CHECK(body_of(secure.hear()) == "hi ann");
}

TEST_CASE("protocols that are broken are refused") {
  const ShownCertificate shown;
  FrontBench front(speaking(Tls::offered), shown.hooks());
  TlsClient old(front.listener->address(), shown.fingerprint(), 0, TLS1_1_VERSION);
  CHECK_FALSE(old.shake_hands());
}

TEST_CASE("renegotiation is refused") {
  const ShownCertificate shown;
  FrontBench front(speaking(Tls::offered), shown.hooks());
  TlsClient client(front.listener->address(), shown.fingerprint(), 0, TLS1_2_VERSION);
  REQUIRE(client.shake_hands());
  SSL_renegotiate(client.ssl());
  CHECK(SSL_do_handshake(client.ssl()) != 1);
}

TEST_CASE("a session is resumed without another signature") {
  const ShownCertificate shown;
  FrontBench front(speaking(Tls::offered), shown.hooks());
  TlsClient first(front.listener->address(), shown.fingerprint());
  REQUIRE(first.shake_hands());
  first.say(get("/hello/ann"));
  first.hear();
  auto* session = SSL_get1_session(first.ssl());
  TlsClient second(front.listener->address(), shown.fingerprint());
  SSL_set_session(second.ssl(), session);
  REQUIRE(second.shake_hands());
  CHECK(SSL_session_reused(second.ssl()) == 1);
  SSL_SESSION_free(session);
}

TEST_CASE("requests that are pipelined under TLS are answered in order") {
  const ShownCertificate shown;
  FrontBench front(speaking(Tls::offered), shown.hooks());
  TlsClient client(front.listener->address(), shown.fingerprint());
  REQUIRE(client.shake_hands());
  std::string all;
  for (int i = 0; i < 50; ++i) all += get("/hello/" + std::to_string(i), "");
  client.say(all + get("/hello/last"));
  const auto answers = client.hear();
  std::size_t at = 0;
  for (int i = 0; i < 50; ++i) {
    at = answers.find("hi " + std::to_string(i), at);
    REQUIRE(at != std::string::npos);
  }
  CHECK(answers.ends_with("hi last"));
}

TEST_CASE("a body and a large answer pass under TLS, also to a reader with a small window") {
  const ShownCertificate shown;
  FrontBench front(speaking(Tls::offered), shown.hooks());
  const auto large = bytes_of(3'000'000);
  front.add("GET", "/large", [&](Request&) { return json(large); });
  TlsClient client(front.listener->address(), shown.fingerprint(), 4096);
  REQUIRE(client.shake_hands());
  client.say("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n" +
             std::string(500, 'e'));
  CHECK(client.hear(std::string(500, 'e')).find("200 OK") != std::string::npos);
  client.say(get("/large"));
  CHECK(body_of(client.hear()) == large);
  CHECK(client.has_heard_the_end());
}

TEST_CASE("a file leaves under TLS whole, from its offset, in the portions that are allowed") {
  const ShownCertificate shown;
  testing::ManualClock clock;
  FrontBench front(speaking(Tls::offered), shown.hooks(), &clock);
  const auto bytes = bytes_of(2'500'000);
  const auto file = file_with(bytes);
  std::atomic<std::uint64_t> told{0};
  std::atomic<std::uint64_t> asked{0};
  front.add("GET", "/file", [&](Request&) {
    Response response;
    response.body = FileBody{file,
                             1'000,
                             bytes.size() - 1'000,
                             [&](std::uint64_t n) { told += n; },
                             {},
                             [&](std::uint64_t) {
                               return Allowance{++asked % 3 == 0 ? 0 : asked % 70'000 + 1, 1ms};
                             }};
    return response;
  });
  TlsClient client(front.listener->address(), shown.fingerprint(), 4096);
  REQUIRE(client.shake_hands());
  client.say(get("/file"));
  std::string answer;
  std::atomic<bool> done{false};
  std::thread time([&] {
    while (!done) clock.advance(1ms);
  });
  answer = client.hear();
  done = true;
  time.join();
  CHECK(body_of(answer) == bytes.substr(1'000));
  CHECK(told == bytes.size() - 1'000);
}

TEST_CASE("a handshake that stops in the middle ends in time, and others notice nothing") {
  const ShownCertificate shown;
  testing::ManualClock clock;
  FrontBench front(speaking(Tls::offered), shown.hooks(), &clock);
  Client slow(front.listener->address());
  slow.say(std::string("\x16\x03\x01\x02\x00\x01", 6));
  TlsClient quick(front.listener->address(), shown.fingerprint());
  REQUIRE(quick.shake_hands());
  quick.say(get("/hello/ann"));
  CHECK(body_of(quick.hear()) == "hi ann");
  clock.advance(10'001ms);
  CHECK(slow.hear().empty());
}

TEST_CASE("bytes that begin like a handshake and are none end the connection") {
  const ShownCertificate shown;
  FrontBench front(speaking(Tls::offered), shown.hooks());
  Client client(front.listener->address());
  client.say("\x16" + std::string(200, 'x'));
  const auto answer = client.hear();  // at most an alert
  CHECK(answer.size() <= 7);
  CHECK(answer.find("HTTP") == std::string::npos);
}
