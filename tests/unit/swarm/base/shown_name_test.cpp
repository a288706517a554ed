// Names on disk as listings show them.
#include "transfer/swarm/base/shown_name.h"

#include <iterator>
#include <random>

#include "catch.h"
#include "swapmeet/listing.h"
#include "swapmeet/safe_name.h"
#include "swapmeet/text.h"

namespace swapmeet::transfer_swarm {
namespace {

TEST_CASE("names that are not UTF-8 are shown with U+201B and the digits of their bytes") {
  CHECK(shown_name("a/b\xff.txt") ==
        "a/b\xe2\x80\x9b"
        "ff.txt");
  CHECK(shown_name("tab\t") ==
        "tab\xe2\x80\x9b"
        "09");
  CHECK(shown_name("\xe2\x80\x9b"
                   "abc") ==
        "\xe2\x80\x9b"
        "abc");
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

// As a peer keeps what it fetched from one that lists it.
std::string fetched(const std::string& raw) { return safe_name(shown_name(raw)); }

TEST_CASE("no number of hops changes a name that can be kept, or another one more than once") {
  std::minstd_rand random(7);
  const auto any = [&](std::size_t below) { return static_cast<std::size_t>(random()) % below; };
  const std::string pieces[] = {
      "a",        "\xe2\x80\x9b", "0a",         "ff",    "\xff", "\x01", "\xc2\x85",
      "é",        "東",           "\U0001f600", " ",     ".",    "\\",   "\u202e",
      "\xe2\x80", "\xed\xa0\x80", "COM1",       "\uffff"};
  for (int i = 0; i < 20'000; ++i) {
    std::string raw;
    for (auto left = 1 + any(12); left > 0; --left) raw += pieces[any(std::size(pieces))];
    const auto shown = shown_name(raw);
    CAPTURE(raw, shown);
    REQUIRE(check_path(shown == "." || shown == ".." ? "x" : shown).ok());
    if (is_utf8(raw) && !has_unicode_control(raw)) REQUIRE(shown == raw);
    const auto once = fetched(raw);
    REQUIRE(shown_name(once) == once);
    REQUIRE(fetched(once) == once);
  }
}

TEST_CASE("a name knows which other one would be listed alike") {
  CHECK(twin_of("caf\xe9") ==
        "caf\u201b"
        "e9");
  CHECK(twin_of("caf\u201b"
                "e9") == "caf\xe9");
  CHECK(twin_of("plain") == "");
  CHECK(twin_of("\u201b"
                "61") == "");
  CHECK(twin_of("\u201bzz") == "");
}

}  // namespace
}  // namespace swapmeet::transfer_swarm
