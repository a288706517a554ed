#include "host/http/parser.h"

#include "catch.h"

using namespace swapmeet::http;

namespace {

// 0: incomplete, 200: a head, else the refusal's status.
int outcome(const std::string& bytes) {
  const auto parsed = parse_head(bytes);
  if (std::holds_alternative<Incomplete>(parsed)) return 0;
  if (const auto* wrong = std::get_if<Refusal>(&parsed)) return wrong->status;
  return 200;
}
int with_fields(const std::string& fields) {
  return outcome("GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n");
}

}  // namespace

TEST_CASE("a well-formed head is taken apart") {
  const std::string bytes =
      "GET /a%20b?x=1+2&y=%C3%A4&z HTTP/1.1\r\nHost: example.org:80\r\nX-Y:  v \r\n\r\nrest";
  const auto head = std::get<Head>(parse_head(bytes));
  CHECK(head.size == bytes.size() - 4);
  CHECK(head.request.path == "/a%20b");
  CHECK(*head.request.query_value("x") == "1 2");
  CHECK(*head.request.query_value("y") == "ä");
  CHECK(head.request.query_value("z")->empty());
  CHECK(*head.request.headers.find("x-y") == "v");
  CHECK(head.keep_alive);
}

TEST_CASE("what two parsers could read differently is refused") {
  CHECK(outcome("GET / HTTP/1.1\nHost: a\n\n") == 400);
  CHECK(outcome("GET  / HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
  CHECK(outcome("GET / HTTP/1.1 \r\nHost: a\r\n\r\n") == 400);
  CHECK(outcome("GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
  CHECK(outcome("G@T / HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
  CHECK(outcome("GET a HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
  CHECK(outcome("GET /\xc3\xa4 HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
  CHECK(outcome("GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
  CHECK(outcome("GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
  CHECK(outcome("GET /%a HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
  CHECK(outcome("GET * HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
  CHECK(outcome("GET / HTTP/2.0\r\nHost: a\r\n\r\n") == 505);
  CHECK(outcome("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") == 505);
  CHECK(outcome("GET / http/1.1\r\nHost: a\r\n\r\n") == 400);
  CHECK(outcome("GET / HTTP/1.1\r\n\r\n") == 400);
  CHECK(outcome("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n") == 400);
  CHECK(outcome("GET / HTTP/1.1\r\nHost: a b\r\n\r\n") == 400);
  CHECK(outcome("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n") == 400);
  CHECK(outcome("GET / HTTP/1.1\r\n Host: a\r\n\r\n") == 400);
  CHECK(with_fields("A: b\r\n c\r\n") == 400);
  CHECK(with_fields("A : b\r\n") == 400);
  CHECK(with_fields(": b\r\n") == 400);
  CHECK(with_fields("A\r\n") == 400);
  CHECK(with_fields("A: b\rc\r\n") == 400);
  CHECK(with_fields(std::string("A: b\0c\r\n", 8)) == 400);
  CHECK(with_fields("A: b\x7f\r\n") == 400);
  CHECK(with_fields("(A): b\r\n") == 400);
  CHECK(with_fields("Content-Length: 1\r\nContent-Length: 1\r\n") == 400);
  CHECK(with_fields("Content-Length: 1, 1\r\n") == 400);
  CHECK(with_fields("Content-Length: +1\r\n") == 400);
  CHECK(with_fields("Content-Length: -1\r\n") == 400);
  CHECK(with_fields("Content-Length: 0x1\r\n") == 400);
  CHECK(with_fields("Content-Length: \r\n") == 400);
  CHECK(with_fields("Content-Length: 99999999999999999999\r\n") == 400);
  CHECK(with_fields("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n") == 400);
  CHECK(with_fields("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n") == 400);
  CHECK(with_fields("Transfer-Encoding: gzip, chunked\r\n") == 501);
  CHECK(with_fields("Transfer-Encoding: xchunked\r\n") == 501);
  CHECK(outcome("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n") == 400);
  CHECK(with_fields("Expect: 200-ok\r\n") == 417);
}

TEST_CASE("what is allowed is taken") {
  CHECK(outcome("GET / HTTP/1.0\r\n\r\n") == 200);
  CHECK(outcome("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n") == 200);
  CHECK(outcome("GET http://a/b HTTP/1.1\r\nHost: a\r\n\r\n") == 200);
  CHECK(outcome("GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n") == 200);
  CHECK(outcome("GET / HTTP/1.1\r\nHost: \r\n\r\n") == 200);
  CHECK(with_fields("Transfer-Encoding: Chunked\r\n") == 200);
  CHECK(with_fields("X: \xc3\xa4\r\n") == 200);
  CHECK_FALSE(std::get<Head>(parse_head("GET / HTTP/1.0\r\n\r\n")).keep_alive);
  CHECK_FALSE(
      std::get<Head>(parse_head("GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n"))
          .keep_alive);
}

TEST_CASE("a head comes in pieces, and is bounded") {
  const std::string bytes = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  for (std::size_t i = 0; i < bytes.size(); ++i) CHECK(outcome(bytes.substr(0, i)) == 0);
  CHECK(outcome("GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n") == 414);
  CHECK(with_fields("A: " + std::string(20000, 'a') + "\r\n") == 431);
  CHECK(outcome(std::string(20000, 'a')) == 414);
}

TEST_CASE("chunks come in pieces too") {
  const std::string bytes = "5\r\nhello\r\n1;x=y\r\n!\r\n0\r\nTrailer: a\r\n\r\nnext";
  for (std::size_t step = 1; step < bytes.size(); ++step) {
    ChunkedBody body(100);
    std::string in;
    auto state = ChunkedBody::State::more;
    std::size_t at = 0;
    while (state == ChunkedBody::State::more && at < bytes.size()) {
      in += bytes.substr(at, step);
      at += step;
      state = body.take(in);
    }
    REQUIRE(state == ChunkedBody::State::done);
    CHECK(body.body() == "hello!");
    CHECK(std::string("next").starts_with(in));
  }
}

TEST_CASE("broken and oversized chunks are noticed") {
  const auto state_of = [](std::string bytes) { return ChunkedBody(10).take(bytes); };
  for (const char* bad : {"x\r\n", "-1\r\n", "0x1\r\n", "\r\n", " 1\r\n", "1\n", "1\r\nab\r\n",
                          "1\r\na\n", "fffffffffffffffff\r\n", "0\r\nbad trailer\r\n\r\n"})
    CHECK(state_of(bad) == ChunkedBody::State::broken);
  CHECK(state_of("b\r\n") == ChunkedBody::State::too_large);
  CHECK(state_of("6\r\nabcdef\r\n6\r\n") == ChunkedBody::State::too_large);
}
