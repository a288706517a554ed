// The limits of [limits] at the API's door: one asker's flood is refused with a sentence, and
// nobody else's request with it.
#include "fakes.h"
#include "swapmeet/wire/gzip.h"

using namespace swapmeet;
using namespace swapmeet::testing;
using namespace std::chrono_literals;

namespace {

const std::string kEnroll = R"({"name":"a","port":1})";
const std::string kHead = "{\"feed\":\"f\",\"base\":0,\"upto\":9}\n";

http::Request from(const std::string& address, const std::string& account = "") {
  auto request = World::guest();
  request.remote_address = address;
  request.identity.account = account;
  return request;
}

std::string id_text(int number) {
  auto text = std::to_string(number);
  return std::string(32 - text.size(), 'b') + text;
}

std::string puts(int count) {
  auto text = kHead;
  for (int i = 0; i < count; ++i)
    text += "{\"op\":\"put\",\"path\":\"" + std::to_string(i) + R"(","content":")" + kContent +
            "\",\"size\":1}\n";
  return text;
}

std::size_t let_of(World& world, int tries, const std::string& method, const std::string& target,
                   const std::string& body, const http::Request& request) {
  std::size_t let = 0;
  for (int i = 0; i < tries; ++i) {
    const auto status = world.status(method, target, body, request);
    CHECK((status < 300 || status == 429));
    let += status < 300 ? 1 : 0;
  }
  return let;
}

}  // namespace

TEST_CASE("a flood of searches from one address is refused, with a sentence and when to return") {
  World world;
  world.limit({{"searches", "60"}});
  const Api api(world.all());
  CHECK(let_of(world, 100, "GET", "/api/v1/search?q=a", "", from("192.0.2.1")) == 60);
  const auto refused = world.call("GET", "/api/v1/search/suggest?q=a", "", from("192.0.2.1"));
  CHECK(refused.status == 429);
  CHECK(*refused.headers.find("Retry-After") == "1");
  const std::string detail = parsed(refused)["detail"].GetString();
  CHECK(detail ==
        "this host takes 60 searches a minute of one account or address (searches in its [limits] "
        "section); try again in 1 s");
  CHECK(code_of(refused) == "too_many");
  for (const auto& other : {from("192.0.2.2"), from("192.0.2.1", "alice"), World::admin()})
    CHECK(world.status("GET", "/api/v1/search?q=a", "", other) == 200);
  CHECK(let_of(world, 500, "GET", "/api/v1/search?q=a", "", World::admin()) == 500);
  world.clock.advance(2s);
  CHECK(let_of(world, 10, "GET", "/api/v1/search?q=a", "", from("192.0.2.1")) == 2);
  CHECK(world.metrics.text().find("swapmeet_limited_searches_total 49") != std::string::npos);
}

TEST_CASE("an IPv6 household is one asker, and an account one from everywhere") {
  World world;
  world.limit({{"searches", "4"}});
  const Api api(world.all());
  const auto search = [&](const http::Request& request) {
    return world.status("GET", "/api/v1/search?q=a", "", request);
  };
  for (const char* address : {"2001:db8:1:2::1", "2001:db8:1:2::2", "2001:db8:1:2:f::1"})
    CHECK(search(from(address)) == 200);
  CHECK(search(from("2001:db8:1:2:ffff:ffff:ffff:ffff")) == 200);
  CHECK(search(from("2001:db8:1:2::9")) == 429);
  CHECK(search(from("2001:db8:1:3::9")) == 200);
  for (const char* address : {"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"})
    CHECK(search(from(address, "alice")) == 200);
  CHECK(search(from("192.0.2.5", "alice")) == 429);
}

TEST_CASE("one address registers so many new peers an hour, and its old ones as it must") {
  World world;
  world.limit({{"new_peers", "20"}});
  const Api api(world.all());
  std::size_t let = 0;
  for (int i = 0; i < 200; ++i)
    let += world.status("PUT", "/api/v1/peers/" + id_text(i), kEnroll, from("192.0.2.1")) == 200;
  CHECK(let == 20);
  CHECK(let_of(world, 50, "PUT", "/api/v1/peers/" + kPeer, kEnroll, from("192.0.2.1")) == 50);
  CHECK(world.status("PUT", "/api/v1/peers/" + id_text(1), kEnroll, from("192.0.2.2")) == 200);
  CHECK(world.metrics.text().find("swapmeet_limited_new_peers_total 180") != std::string::npos);
}

TEST_CASE("registering and leaving in turn is bounded as well") {
  World world;
  world.limit({{"registrations", "10"}});
  const Api api(world.all());
  const auto path = "/api/v1/peers/" + kPeer;
  CHECK(let_of(world, 5, "PUT", path, kEnroll, from("192.0.2.1")) == 5);
  CHECK(let_of(world, 10, "DELETE", path, "", from("192.0.2.1")) == 5);
  CHECK(let_of(world, 1, "POST", path + "/lease", "", from("192.0.2.1")) == 1);  // always
}

TEST_CASE("announcements and the changes in them are bounded") {
  World world;
  world.limit({{"announcements", "50"}, {"changes", "1000"}});
  const Api api(world.all());
  const auto path = "/api/v1/peers/" + kPeer + "/changes";
  CHECK(let_of(world, 20, "POST", path, puts(100), from("192.0.2.1")) == 10);
  CHECK(let_of(world, 100, "POST", path, puts(0), from("192.0.2.1")) == 30);
  CHECK(world.status("POST", path, puts(1'500), from("192.0.2.2")) == 200);  // once in a window
  CHECK(world.status("POST", path, puts(1), from("192.0.2.2")) == 429);
}

TEST_CASE("nothing is inflated or read for who does not have the peer's token") {
  World world;
  world.limit({{"announcements", "5"}});
  const Api api(world.all());
  const auto path = "/api/v1/peers/" + kPeer + "/changes";
  auto stranger = from("192.0.2.1");
  stranger.headers.set("Swapmeet-Peer-Token", "wrong");
  stranger.headers.set("Content-Encoding", "gzip");
  for (int i = 0; i < 20; ++i)  // what is no gzip would be invalid_argument
    CHECK(code_of(world.call("POST", path, "no gzip at all", stranger)) == "not_allowed");
  stranger.headers.set("Swapmeet-Peer-Token", "right");
  CHECK(code_of(world.call("POST", path, "no gzip at all", stranger)) == "invalid_argument");
  CHECK(world.registry.checked_ == 21);
}

TEST_CASE("a size above 1 PiB is refused with its line, in either way of writing") {
  World world;
  const Api api(world.all());
  const auto path = "/api/v1/peers/" + kPeer + "/changes";
  for (const std::string size : {"1125899906842625", "9223372036854775807", "18446744073709551615"})
    for (const std::string more : {"", R"(,"unknown":1)"}) {
      const auto line =
          R"({"op":"put","path":"a","content":")" + kContent + R"(","size":)" + size + more + "}\n";
      const auto refused = world.call("POST", path, kHead + line, World::guest());
      CHECK(code_of(refused) == "invalid_argument");
      CHECK(std::string(parsed(refused)["detail"].GetString()).find("line 2: ") == 0);
    }
  const auto largest =
      R"({"op":"put","path":"a","content":")" + kContent + "\",\"size\":1125899906842624}\n";
  CHECK(world.status("POST", path, kHead + largest, World::guest()) == 200);
}

TEST_CASE("watches made and ended in turn are bounded, and accounts from one address") {
  World world;
  world.limit({{"new_watches", "10"}, {"new_accounts", "3"}});
  world.auth.open_ = true;
  const Api api(world.all());
  CHECK(let_of(world, 30, "POST", "/api/v1/watches", R"({"query":"a"})", from("192.0.2.1")) == 10);
  const std::string wanted = R"({"account":"bob","password":"long enough"})";
  CHECK(let_of(world, 30, "POST", "/api/v1/accounts", wanted, from("192.0.2.1")) == 3);
  CHECK(world.status("POST", "/api/v1/accounts", wanted, from("192.0.2.2")) == 201);
}

TEST_CASE("one address cannot have all streams of events") {
  World world;
  world.limit({{"streams", "3"}, {"streams_in_all", "5"}});
  const Api api(world.all());
  std::vector<http::Response> open;
  const auto opens = [&](const std::string& address) {
    auto response = world.call("GET", "/api/v1/events", "", from(address));
    const auto status = response.status;
    if (status == 200) open.push_back(std::move(response));
    return status == 200;
  };
  for (int i = 0; i < 3; ++i) CHECK(opens("192.0.2.1"));
  CHECK_FALSE(opens("192.0.2.1"));
  CHECK(opens("192.0.2.2"));
  CHECK(opens("192.0.2.3"));
  CHECK_FALSE(opens("192.0.2.4"));
  open.clear();
  CHECK(opens("192.0.2.4"));
}
