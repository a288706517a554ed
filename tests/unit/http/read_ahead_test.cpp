// Which requests are read before their turn, by the bytes alone.
#include "host/http/read_ahead.h"

#include "tests/unit/http/client.h"

using namespace swapmeet::http;

namespace {

std::string ask(const std::string& path, const std::string& fields = "") {
  return get(path, fields);
}

std::vector<std::string> paths(const std::vector<const Head*>& heads) {
  std::vector<std::string> all;
  for (const auto* head : heads) all.push_back(head->request.path);
  return all;
}

}  // namespace

TEST_CASE("whole requests are taken in the order in which they came, and shown once") {
  ReadAhead ahead;
  std::string bytes = ask("/a") + ask("/b") + "GET /c HTTP/1.1\r\nHo";
  CHECK(ahead.empty());
  CHECK_FALSE(ahead.take());
  ahead.fill(bytes);
  CHECK(bytes == "GET /c HTTP/1.1\r\nHo");
  CHECK(paths(ahead.show()) == std::vector<std::string>{"/a", "/b"});
  CHECK(ahead.show().empty());
  CHECK(ahead.take()->request.path == "/a");
  bytes += "st: x\r\n\r\n";
  ahead.fill(bytes);
  CHECK(bytes.empty());
  CHECK(paths(ahead.show()) == std::vector<std::string>{"/c"});
  CHECK(ahead.take()->request.path == "/b");
  CHECK(ahead.take()->request.path == "/c");
  CHECK(ahead.empty());
}

TEST_CASE("what has a body, ends the connection or is wrong is left for its turn") {
  const std::string next =
      GENERATE(std::string("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nb"),
               "POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
               "GET /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "GET /x HTTP/1.0\r\n\r\n",
               "GET / HTTP/1.1\r\n\r\n", "\r\n", "nonsense\r\n\r\n");
  CAPTURE(next);
  ReadAhead ahead;
  const auto rest = next + ask("/later");
  auto bytes = ask("/a") + rest;
  ahead.fill(bytes);
  CHECK(bytes == rest);
  CHECK(paths(ahead.show()) == std::vector<std::string>{"/a"});
}

TEST_CASE("only so many requests are read ahead, and only so many bytes") {
  ReadAhead ahead;
  std::string bytes;
  SECTION("small ones") {
    for (int i = 0; i < 100; ++i) bytes += ask("/a");
    ahead.fill(bytes);
    CHECK(ahead.show().size() == ReadAhead::kMost);
    CHECK(bytes.size() == (100 - ReadAhead::kMost) * ask("/a").size());
  }
  SECTION("large ones") {
    const auto large = ask("/a", "X: " + std::string(3000, 'x') + "\r\n");
    for (int i = 0; i < 100; ++i) bytes += large;
    ahead.fill(bytes);
    CHECK(ahead.show().size() == 3);  // the last one begins within the bound
    ahead.take();
    ahead.fill(bytes);
    CHECK(ahead.show().size() == 1);
    ahead.fill(bytes);
    CHECK(ahead.show().empty());
  }
}

TEST_CASE("it is time for more when half of those that were shown have been taken") {
  ReadAhead ahead;
  CHECK(ahead.is_low());
  std::string bytes;
  for (std::size_t i = 0; i < ReadAhead::kMost; ++i) bytes += ask("/a");
  ahead.fill(bytes);
  CHECK(ahead.is_low());
  ahead.show();
  for (std::size_t i = 0; i <= ReadAhead::kMost / 2; ++i) {
    CHECK_FALSE(ahead.is_low());
    ahead.take();
  }
  CHECK(ahead.is_low());
  ahead.clear();
  CHECK(ahead.empty());
  CHECK(ahead.show().empty());
}
