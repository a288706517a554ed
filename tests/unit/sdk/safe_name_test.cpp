// Names and paths from strangers, before they reach a disk or a terminal.
#include "swapmeet/safe_name.h"

#include <random>

#include "catch.h"
#include "swapmeet/characters.h"
#include "swapmeet/listing.h"

namespace swapmeet {
namespace {

bool steers(std::string_view name) {
  while (!name.empty()) {
    const auto character = next_character(name);
    if (!character.valid || is_steering(character.code)) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("of a path only the last part is the name, and a name that is none gets one") {
  CHECK(safe_name("../../etc/passwd") == "passwd");
  for (const auto* nothing : {"", "/", "a/"}) CHECK(safe_name(nothing) == "file");
  CHECK(safe_name("Köln.txt") == "Köln.txt");
}

TEST_CASE("no name from others is hidden") {
  CHECK(safe_name(".bashrc") == "_bashrc");
  CHECK(safe_name(" .txt") == "_.txt");
  CHECK(safe_name("..") == "__");
  CHECK(safe_name(".") == "_");
  CHECK(safe_name("...") == "___");
  CHECK(safe_name("\u200b.profile") == "_.profile");
  CHECK(safe_name("\u200d.git") == "_.git");  // HFS+ does not see a joiner
  CHECK(safe_name("..\\..\\boot.ini") == "_._.._boot.ini");
}

TEST_CASE("what turns or steers text is no part of a name") {
  CHECK(safe_name("a\nb\x7f\x01.txt") == "a_b__.txt");
  CHECK(safe_name(std::string("a\0b", 3)) == "a_b");
  CHECK(safe_name("photo\u202egpj.exe") == "photo_gpj.exe");
  CHECK(safe_name("a\u2066b\u200fc\u061cd\u2028e\ufeff") == "a_b_c_d_e_");
  CHECK(safe_name("csi\u009b31m") == "csi_31m");
  CHECK(safe_name("bad\xff\xc0.txt") == "bad__.txt");
  CHECK(safe_name("family \U0001f468\u200d\U0001f469.jpg") ==
        "family \U0001f468\u200d\U0001f469.jpg");
}

TEST_CASE("what other systems cannot have in names is replaced, so that names stay apart") {
  CHECK(safe_name("what?*.txt") == "what__.txt");
  CHECK(safe_name("a\\1.txt") == "a_1.txt");
  CHECK(safe_name("b\\1.txt") == "b_1.txt");
  CHECK(safe_name("C:\\Users\\x.txt") == "C__Users_x.txt");
  CHECK(safe_name("a\"b\\c.txt") == "a_b_c.txt");
  CHECK(safe_name("trail ") == "trail_");
  CHECK(safe_name("x. . ") == "x____");
}

TEST_CASE("names of devices are no names of files") {
  for (const auto* device : {"con", "NUL", "aux.txt", "com1", "LPT9.tar.gz", "prn ", "Com0",
                             "COM\u00b9.x", "CONOUT$", "nul .txt"})
    CHECK(safe_name(device).front() == '_');
  for (const auto* name : {"com10", "console", "lpt", "common.txt", "nuls"})
    CHECK(safe_name(name) == name);
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
  CHECK(safe_name(std::string(254, 'a') + " b").back() == '_');  // cut after a blank
  CHECK(numbered_name("b.flac", 2) == "b (2).flac");
  CHECK(numbered_name(plain, 10).size() == 255);
  CHECK(numbered_name(plain, 10).ends_with("a (10).flac"));
}

TEST_CASE("each part of a path that came from a peer gets a safe name") {
  CHECK(safe_path("a/b.flac") == "a/b.flac");
  CHECK(safe_path("CON/q? /trail /con.txt") == "_CON/q__/trail_/_con.txt");
  CHECK(safe_path(".../x") == "___/x");
  CHECK(safe_path("a/.ssh/authorized_keys") == "a/_ssh/authorized_keys");
  CHECK(safe_path("back\\slash/a\\b.txt") == "back_slash/a_b.txt");
  CHECK(safe_path("../../etc/passwd") == "__/__/etc/passwd");
  CHECK(safe_path("a//b") == "a/file/b");
  CHECK(safe_path("") == "");
}

TEST_CASE("whatever is made safe is safe, and stays as it is when that is done again") {
  std::mt19937 random(1);
  const std::string_view pieces[] = {".",      " ",    "/",      "\\",     "con",    "nul",
                                     "\u202e", "\x1b", "\u200d", "\xff",   "\xe2",   "a",
                                     ":",      "~",    "ü",      "\u0085", ".tar.g", "1"};
  for (int i = 0; i < 20'000; ++i) {
    std::string name;
    for (auto left = random() % 12; left > 0; --left) name += pieces[random() % std::size(pieces)];
    const auto safe = safe_name(name);
    CAPTURE(name, safe);
    const bool good = !safe.empty() && safe.size() <= 255 && safe.front() != '.' &&
                      safe.front() != ' ' && safe.back() != ' ' && safe.back() != '.' &&
                      safe.find_first_of("/\\:") == std::string::npos && !steers(safe) &&
                      check_path(safe) && safe_name(safe) == safe;
    if (!good) FAIL("not safe");
  }
}

}  // namespace swapmeet
