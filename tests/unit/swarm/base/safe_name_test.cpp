#include "transfer/swarm/base/safe_name.h"

#include "catch.h"
#include "swapmeet/listing.h"

namespace swapmeet::transfer_swarm {

TEST_CASE("names from others are made safe") {
  CHECK(safe_name("../../etc/passwd") == "passwd");
  CHECK(safe_name("..\\..\\boot.ini") == "boot.ini");
  for (const auto* nothing : {"", ".", "..", "/", "a/", "...", "  "})
    CHECK(safe_name(nothing) == "file");
  CHECK(safe_name(".bashrc") == ".bashrc");
  CHECK(safe_name("a\nb\x7f\x01.txt") == "a_b__.txt");
  CHECK(safe_name("what?*.txt") == "what__.txt");
  CHECK(safe_name("Köln.txt") == "Köln.txt");
  CHECK(safe_name(std::string("a\0b", 3)) == "a_b");
  CHECK(safe_name("x. . ") == "x");
  CHECK(is_utf8(safe_name("bad\xff.txt")));
}

TEST_CASE("names of devices are no names of files") {
  for (const auto* device : {"con", "NUL", "aux.txt", "com1", "LPT9.tar.gz", "prn "})
    CHECK(safe_name(device).front() == '_');
  CHECK(safe_name("com10") == "com10");
  CHECK(safe_name("console") == "console");
}

TEST_CASE("names fit into 255 bytes, whole characters and the extension kept") {
  const auto plain = safe_name(std::string(300, 'a') + ".flac");
  CHECK(plain.size() == 255);
  CHECK(plain.ends_with("a.flac"));
  std::string umlauts;
  for (int i = 0; i < 200; ++i) umlauts += "ö";
  const auto fitted = safe_name(umlauts + ".flac");
  CHECK(fitted.size() <= 255);
  CHECK(is_utf8(fitted));
  CHECK(numbered_name("b.flac", 2) == "b (2).flac");
  CHECK(numbered_name(plain, 10).size() == 255);
  CHECK(numbered_name(plain, 10).ends_with("a (10).flac"));
}

}  // namespace swapmeet::transfer_swarm
