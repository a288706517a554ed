// Ranges and conditions as RFC 9110 has them, without a file.
#include "transfer/swarm/serve/http_ranges.h"

#include <initializer_list>
#include <limits>
#include <string>
#include <utility>

#include "catch.h"

namespace swapmeet::transfer_swarm {
namespace {

const std::string kTag = "\"cid\"";

using Fields = std::initializer_list<std::pair<const char*, std::string>>;

http::Request request_with(const Fields& fields, const std::string& method = "GET") {
  http::Request request;
  request.method = method;
  for (const auto& [name, value] : fields) request.headers.add(name, value);
  return request;
}

Preconditions weighed(const Fields& fields) {
  return weigh_preconditions(request_with(fields).headers, kTag);
}

TEST_CASE("ranges are read as RFC 9110 says") {
  const auto check = [](std::string_view header, RangeAnswer::Kind kind, std::uint64_t offset,
                        std::uint64_t length) {
    CAPTURE(header);
    const auto answer = parse_range(header, 100);
    CHECK(answer.kind == kind);
    if (kind == RangeAnswer::unsatisfiable) return;
    CHECK(answer.offset == offset);
    CHECK(answer.length == length);
  };
  check("bytes=0-0", RangeAnswer::part, 0, 1);
  check("bytes=0-99", RangeAnswer::part, 0, 100);
  check("bytes=10-", RangeAnswer::part, 10, 90);
  check("Bytes=10-", RangeAnswer::part, 10, 90);
  check("bytes=90-1000", RangeAnswer::part, 90, 10);
  check("bytes=99-99999999999999999999999", RangeAnswer::part, 99, 1);
  check("bytes=-5", RangeAnswer::part, 95, 5);
  check("bytes=-500", RangeAnswer::part, 0, 100);
  check("bytes=-99999999999999999999999", RangeAnswer::part, 0, 100);
  check("bytes=100-", RangeAnswer::unsatisfiable, 0, 0);
  check("bytes=99999999999999999999999-", RangeAnswer::unsatisfiable, 0, 0);
  check("bytes=-0", RangeAnswer::unsatisfiable, 0, 0);
  for (const auto* odd : {"bytes=5-4", "bytes=a-b", "bytes=1-2,4-5", "lines=1-2", "bytes=",
                          "bytes=-", "bytes", "", "bytes=+1-2", "bytes=0x1-2", "bytes=1-2-3"})
    check(odd, RangeAnswer::whole, 0, 100);
  for (const auto* range : {"bytes=0-", "bytes=-1", "bytes=-5", "bytes=7-9", "bytes=-0"})
    CHECK(parse_range(range, 0).kind == RangeAnswer::whole);
}

TEST_CASE("a range counts in a GET, and when If-Range has the same strong tag") {
  const auto kind = [](const Fields& fields, const std::string& method = "GET") {
    return range_of(request_with(fields, method), kTag, 100).kind;
  };
  CHECK(kind({}) == RangeAnswer::whole);
  CHECK(kind({{"Range", "bytes=1-2"}}) == RangeAnswer::part);
  CHECK(kind({{"Range", "bytes=1-2"}}, "HEAD") == RangeAnswer::whole);
  CHECK(kind({{"Range", "bytes=1-2"}, {"If-Range", kTag}}) == RangeAnswer::part);
  for (const auto& other : {std::string("\"x\""), "W/" + kTag, std::string("*"), kTag + ' ',
                            std::string("Sat, 01 Jan 2050 00:00:00 GMT")})
    CHECK(kind({{"Range", "bytes=1-2"}, {"If-Range", other}}) == RangeAnswer::whole);
  CHECK(kind({{"Range", "bytes=100-"}, {"If-Range", "\"x\""}}) == RangeAnswer::whole);
  CHECK(range_of(request_with({}), kTag, 100).length == 100);
}

TEST_CASE("what a range is of is said with it") {
  CHECK(content_range({RangeAnswer::part, 1, 2}, 5) == "bytes 1-2/5");
  CHECK(content_range({RangeAnswer::part, 0, 1}, 1) == "bytes 0-0/1");
  CHECK(content_range({RangeAnswer::unsatisfiable, 0, 0}, 5) == "bytes */5");
}

TEST_CASE("If-Match fails unless it lists the tag itself") {
  CHECK(weighed({}) == Preconditions::hold);
  for (const auto& list : {kTag, std::string("*"), "\"x\" ,\t" + kTag, kTag + ",\"x\""})
    CHECK(weighed({{"If-Match", list}}) == Preconditions::hold);
  CHECK(weighed({{"If-Match", "\"x\""}, {"if-match", kTag}}) == Preconditions::hold);
  for (const auto& list : {std::string(), std::string("\"x\""), "W/" + kTag, std::string("cid")})
    CHECK(weighed({{"If-Match", list}}) == Preconditions::failed);
}

TEST_CASE("If-None-Match spares who has the tag already, weak or strong") {
  for (const auto& list : {kTag, "W/" + kTag, std::string("*"), "\"x\", W/" + kTag})
    CHECK(weighed({{"If-None-Match", list}}) == Preconditions::not_modified);
  CHECK(weighed({{"If-None-Match", "\"x\""}}) == Preconditions::hold);
  CHECK(weighed({{"If-None-Match", "\"x\""}, {"IF-NONE-MATCH", kTag}}) ==
        Preconditions::not_modified);
  CHECK(weighed({{"If-Match", "\"x\""}, {"If-None-Match", kTag}}) == Preconditions::failed);
  CHECK(weighed({{"If-Match", kTag}, {"If-None-Match", kTag}}) == Preconditions::not_modified);
}

TEST_CASE("numbers are digits only, and those that do not fit are the largest") {
  CHECK(parse_decimal("0") == 0U);
  CHECK(parse_decimal("1048576") == 1'048'576U);
  CHECK(parse_decimal("99999999999999999999999") == std::numeric_limits<std::uint64_t>::max());
  for (const auto* wrong : {"", "-1", "+1", " 1", "1 ", "0x1", "1e6"}) CHECK(!parse_decimal(wrong));
}

}  // namespace
}  // namespace swapmeet::transfer_swarm
