#include "swapmeet/text.h"

#include "catch.h"

using namespace swapmeet;

TEST_CASE("trimming takes blanks from both ends") {
  CHECK(trim(" \ta b\t ") == "a b");
  CHECK(trim("a\r") == "a\r");
  CHECK(trim("a\r", " \t\r") == "a");
  CHECK(trim(" \t").empty());
  CHECK(trim("").empty());
}

TEST_CASE("control characters are those below the space, and DEL") {
  for (const char c : {'\0', '\n', '\x1f', '\x7f'}) CHECK(is_control(c));
  for (const char c : {' ', '~', '\x80', '\xff'}) CHECK_FALSE(is_control(c));
  CHECK(has_control("a\tb"));
  CHECK_FALSE(has_control("aé漢"));
  CHECK_FALSE(has_control(""));
}

TEST_CASE("Unicode has control characters of two bytes as well") {
  for (const char* text : {"\n", "a\x7f", "\xc2\x80", "b\xc2\x9f"})
    CHECK(has_unicode_control(text));
  for (const char* text : {"", "a", "\xc2\xa0", "é", "\xc2"})
    CHECK_FALSE(has_unicode_control(text));
}

TEST_CASE("case is that of A to Z, and of nothing else") {
  CHECK(to_lower("Content-TYPE [É") == "content-type [É");
  CHECK(equal_without_case("Content-Type", "CONTENT-tYPE"));
  CHECK_FALSE(equal_without_case("@", "`"));
  CHECK_FALSE(equal_without_case("a", "ab"));
  CHECK_FALSE(equal_without_case("Ä", "ä"));
  CHECK(equal_without_case("", ""));
}
