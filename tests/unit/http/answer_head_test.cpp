// The bytes of an answer before its body.
#include "host/http/answer_head.h"

#include "catch.h"

using namespace swapmeet;
using namespace swapmeet::http;
using namespace std::chrono_literals;

TEST_CASE("a head has its status, its fields and how the body is framed") {
  Response response;
  response.status = 206;
  response.headers.set("Content-Type", "text/plain");
  CHECK(write_head(response, {.length = 5}, "today") ==
        "HTTP/1.1 206 Partial Content\r\nDate: today\r\nContent-Type: text/plain\r\n"
        "Content-Length: 5\r\n\r\n");
  response.headers = {};
  CHECK(write_head(response, {.length = {}, .chunked = true}, "d") ==
        "HTTP/1.1 206 Partial Content\r\nDate: d\r\nTransfer-Encoding: chunked\r\n\r\n");
  CHECK(write_head(response, {.length = {}, .close = true, .say_keep_alive = true}, "d") ==
        "HTTP/1.1 206 Partial Content\r\nDate: d\r\nConnection: close\r\n\r\n");
  CHECK(write_head(response, {.length = {}, .say_keep_alive = true}, "d") ==
        "HTTP/1.1 206 Partial Content\r\nDate: d\r\nConnection: keep-alive\r\n\r\n");
}

TEST_CASE("a line break in a value begins no field of its own") {
  Response response;
  response.headers.set("X", std::string("a\r\nSet-Cookie: b\0c", 18));
  CHECK(write_head(response, {}, "d") ==
        "HTTP/1.1 200 OK\r\nDate: d\r\nX: a  Set-Cookie: b c\r\n\r\n");
}

TEST_CASE("a status that has no name of its own is still a status line") {
  CHECK(reason_phrase(599) == "Status");
}

TEST_CASE("the date is that of RFC 9110, and goes on with the seconds") {
  DateText date;
  const Time start = *from_rfc3339("2026-01-01T00:00:00Z");
  CHECK(date.at(start) == "Thu, 01 Jan 2026 00:00:00 GMT");
  CHECK(date.at(start + 999ms) == "Thu, 01 Jan 2026 00:00:00 GMT");
  CHECK(date.at(start + 1s) == "Thu, 01 Jan 2026 00:00:01 GMT");
  CHECK(date.at(start - 1s) == "Wed, 31 Dec 2025 23:59:59 GMT");
}
