// Characters, and those that do more than be seen.
#include "swapmeet/characters.h"

#include "catch.h"

namespace swapmeet {

TEST_CASE("UTF-8 is read a character at a time, and what is none a byte at a time") {
  std::string_view text = "a\u00e4\u6f22\U0001f3b5\xe2\x80";
  CHECK(next_character(text).code == U'a');
  CHECK(next_character(text).code == U'\u00e4');
  CHECK(next_character(text).code == U'\u6f22');
  CHECK(next_character(text).code == U'\U0001f3b5');
  for (int i = 0; i < 2; ++i) {
    const auto torn = next_character(text);
    CHECK(torn.code == 0xfffd);
    CHECK_FALSE(torn.valid);
    CHECK(torn.bytes.size() == 1);
  }
  CHECK(text.empty());
}

TEST_CASE("what steers is replaced, and what scripts need stays") {
  CHECK(without_steering("a\u202eb\u061cc\x1b[m", "?") == "a?b?c?[m");
  CHECK(without_steering("\u0646\u200c\u0627 K\u00f6ln") == "\u0646\u200c\u0627 K\u00f6ln");
  CHECK(without_steering("\xed\xa0\x80", "?") == "???");  // a surrogate
}

}  // namespace swapmeet
