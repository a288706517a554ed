// Where a host is: what is taken, in which spelling, and what is refused before anybody connects.
#include "swapmeet/wire/host_url.h"

#include <Poco/Net/ServerSocket.h>

#include "catch.h"
#include "swapmeet/wire/client.h"
#include "swapmeet/wire/event_stream.h"

using namespace swapmeet;
using wire::parse_host_url;

namespace {

const std::string kPin(64, 'a');

std::string normal(const std::string& text) {
  const auto parsed = parse_host_url(text);
  return parsed ? parsed->text() : "refused: " + parsed.error().message;
}

}  // namespace

TEST_CASE("a host's URL has one spelling") {
  CHECK(normal("http://Index.Example:8888/") == "http://index.example:8888");
  CHECK(normal("http://127.0.0.1:80") == "http://127.0.0.1");
  CHECK(normal("https://index.example:443//") == "https://index.example");
  CHECK(normal("https://[2001:DB8::1]:8888") == "https://[2001:db8::1]:8888");
  CHECK(normal("http://my_index:8888") == "http://my_index:8888");
  CHECK(normal("https://a:1#sha256=" + kPin) == "https://a:1#sha256=" + kPin);
  CHECK(parse_host_url("https://a")->port == 443);
  CHECK(parse_host_url("http://a")->port == 80);
}

TEST_CASE("what is no URL of a host is refused with a sentence that says so") {
  for (const std::string& text : {std::string(),
                                  std::string("a"),
                                  std::string("a:8888"),
                                  std::string("ftp://a"),
                                  std::string("HTTPS://a"),
                                  std::string("Http://a"),
                                  std::string("https:/a"),
                                  std::string("https:a"),
                                  std::string("https//a"),
                                  std::string(" https://a"),
                                  std::string("httpss://a"),
                                  std::string("ws://a"),
                                  std::string("https://"),
                                  std::string("http://["),
                                  std::string("http://[::1"),
                                  std::string("http://[127.0.0.1]"),
                                  std::string("http://::1"),
                                  std::string("http://a:0"),
                                  std::string("http://a:65536"),
                                  std::string("http://a:b"),
                                  std::string("http://a:"),
                                  std::string("http://a b"),
                                  std::string("http://a\n"),
                                  std::string("http://a/path"),
                                  std::string("http://a?q"),
                                  std::string("https://me:secret@a"),
                                  std::string("http://300.1.1.1"),
                                  std::string("http://a#sha256=") + kPin,
                                  std::string("https://a#sha1=00"),
                                  std::string("https://a#")}) {
    INFO(text);
    CHECK_FALSE(parse_host_url(text));
  }
}

TEST_CASE("what stays on this machine is known by its address") {
  for (const char* local : {"http://127.0.0.1", "http://127.9.9.9:1", "http://[::1]:2",
                            "http://localhost:3", "http://LOCALHOST"})
    CHECK(parse_host_url(local)->is_local());
  for (const char* other :
       {"http://192.168.1.1", "http://127.0.0.1.example.org", "http://localhost.example.org",
        "http://10.0.0.1", "http://[::2]", "http://127.example"})
    CHECK_FALSE(parse_host_url(other)->is_local());
}

TEST_CASE("a client and a stream refuse what they cannot speak before they connect") {
  Poco::Net::ServerSocket listening(Poco::Net::SocketAddress("127.0.0.1", 0));
  const auto place = "127.0.0.1:" + std::to_string(listening.address().port());
  for (const std::string scheme : {"ftp://", "HTTPS://", "https:/", "ws://", ""}) {
    INFO(scheme);
    wire::Client client({.url = scheme + place, .token = "secret"});
    const auto reply = client.request("POST", "/", "secret");
    REQUIRE_FALSE(reply);
    CHECK(reply.error().code == ErrorCode::invalid_argument);
    wire::EventStream stream(scheme + place, "secret");
    CHECK(stream.follow("/", [](auto&, auto&) {}).error().code == ErrorCode::invalid_argument);
  }
  CHECK_FALSE(listening.poll(Poco::Timespan(), Poco::Net::Socket::SELECT_READ));
}
