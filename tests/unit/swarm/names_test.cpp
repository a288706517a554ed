// Names on disk: how they are shown, and which are ignored.
#include "catch.h"
#include "transfer/swarm/ignore_rules.h"
#include "transfer/swarm/shown_name.h"

namespace swapmeet::swarm {
namespace {

TEST_CASE("names that are not UTF-8 are shown reversibly") {
  CHECK(shown_name("a/b\xff.txt") ==
        "a/b\xe2\x80\x9b"
        "ff.txt");
  CHECK(shown_name("tab\t") ==
        "tab\xe2\x80\x9b"
        "09");
  CHECK(shown_name("\xe2\x80\x9b") == "\xe2\x80\x9b\xe2\x80\x9b");
  CHECK(shown_name("Köln") == "Köln");
}

}  // namespace
}  // namespace swapmeet::swarm
