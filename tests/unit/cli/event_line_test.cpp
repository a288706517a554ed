// Events as people and programs read them.
#include "host/cli/event_line.h"

#include "catch.h"

using namespace swapmeet::cli;

TEST_CASE("an event is a line of its fields, without those that are empty") {
  CHECK(event_line("search.asked", R"({"query":"a b","account":"","hits":0,"milliseconds":12})") ==
        "search.asked     query=a b hits=0 milliseconds=12");
  CHECK(event_line("listing.added", R"({"count":2,"paths":["s/a","s/b"]})") ==
        "listing.added    count=2 paths=s/a, s/b");
  CHECK(event_line("inbox", R"({"incoming":true})") == "inbox            incoming=true");
  CHECK(event_line("inbox", R"({"incoming":false,"why":null})") ==
        "inbox            incoming=false");
  CHECK(event_line("extension.mine.counted", "{}") == "extension.mine.counted");
  CHECK(event_line("x", "no JSON") == "x               ");
}

TEST_CASE("what would steer the terminal is not printed") {
  CHECK(event_line("peer.left", "{\"name\":\"a\\u001b[2J\"}") ==
        "peer.left        name=a\xEF\xBF\xBD[2J");
}

TEST_CASE("as JSON an event is one object with its topic") {
  CHECK(event_json_line("peer.left", R"({"name":"ann"})") ==
        R"({"topic":"peer.left","name":"ann"})");
  CHECK(event_json_line("extension.mine.counted", "{}") == R"({"topic":"extension.mine.counted"})");
}
