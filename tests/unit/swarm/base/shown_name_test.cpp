// Names on disk as listings show them.
#include "transfer/swarm/base/shown_name.h"

#include "catch.h"

namespace swapmeet::transfer_swarm {
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

TEST_CASE("control characters of more than one byte are shown as bytes, and nothing is lost") {
  CHECK(shown_name("a\xc2\x85z") ==
        "a\xe2\x80\x9b"
        "c2\xe2\x80\x9b"
        "85z");
  CHECK(shown_name("\xc2\xa0") == "\xc2\xa0");
  CHECK(shown_name("") == "");
  CHECK(shown_name("\xe2\x80") ==
        "\xe2\x80\x9b"
        "e2\xe2\x80\x9b"
        "80");
}

}  // namespace
}  // namespace swapmeet::transfer_swarm
