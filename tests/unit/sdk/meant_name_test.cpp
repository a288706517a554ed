// What somebody meant who typed a name that there is not.
#include "swapmeet/meant_name.h"

#include <vector>

#include "catch.h"

using swapmeet::meant_name;

TEST_CASE("a typing error is recognised, and what is none is left alone") {
  const std::vector<std::string> commands{"search", "browse", "get", "downloads", "up", "run"};
  CHECK(meant_name("serach", commands) == "search");
  CHECK(meant_name("brwose", commands) == "browse");
  CHECK(meant_name("gte", commands) == "get");
  CHECK(meant_name("dwonload", commands) == "downloads");
  CHECK(meant_name("down", commands) == "downloads");  // it goes on so
  CHECK(meant_name("foo", commands).empty());
  CHECK(meant_name("x", commands).empty());
  CHECK(meant_name("", commands).empty());
  CHECK(meant_name(std::string(10'000, 's'), commands).empty());
  CHECK(meant_name("search", {}).empty());
}
