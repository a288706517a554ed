#include "swapmeet/json_object.h"

#include <limits>

#include "catch.h"

using namespace swapmeet;

TEST_CASE("an object holds its members in the order they came") {
  CHECK(JsonObject().json() == "{}");
  CHECK(
      JsonObject().text("a", "b").number("n", 7).boolean("yes", true).boolean("no", false).json() ==
      R"({"a":"b","n":7,"yes":true,"no":false})");
  CHECK(JsonObject().number("n", std::numeric_limits<std::uint64_t>::max()).json() ==
        R"({"n":18446744073709551615})");
}

TEST_CASE("an object holds others, and lists of them") {
  const auto one = JsonObject().number("a", 1);
  CHECK(JsonObject().object("in", one).json() == R"({"in":{"a":1}})");
  CHECK(JsonObject().objects("all", {one, JsonObject()}).json() == R"({"all":[{"a":1},{}]})");
  CHECK(JsonObject().objects("none", {}).json() == R"({"none":[]})");
}

TEST_CASE("members of another object follow its own") {
  const auto one = JsonObject().number("a", 1);
  CHECK(JsonObject().number("b", 2).add(one).json() == R"({"b":2,"a":1})");
  CHECK(JsonObject().add(one).json() == R"({"a":1})");
  CHECK(JsonObject(one).add(JsonObject()).json() == R"({"a":1})");
}

TEST_CASE("JSON's own characters and control characters are escaped, in names too") {
  CHECK(JsonObject().text("a\"b", "\\ \n\x1f é").json() == R"({"a\"b":"\\ \u000a\u001f é"})");
  CHECK(json_quoted("") == "\"\"");
  CHECK(json_quoted(std::string_view("\0", 1)) == "\"\\u0000\"");
}
