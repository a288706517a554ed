#include "host/config/ini.h"

#include "catch.h"

using namespace swapmeet;

namespace {
std::string error_of(std::string_view text) {
  auto ini = parse_ini(text, "/etc/x.ini");
  return ini ? "" : ini.error().message;
}
}  // namespace

TEST_CASE("an INI file is sections of key = value, with comments on lines of their own") {
  const auto ini =
      parse_ini("\xef\xbb\xbf; c\r\n# c\n[a]\r\nx = 1\n y=two words\n[b.c]\nz=\n", "/x.ini");
  REQUIRE(ini.ok());
  REQUIRE(ini->find("a"));
  CHECK(ini->find("a")->entries == RawSettings{{"x", "1"}, {"y", "two words"}});
  CHECK(ini->find("b.c")->entries == RawSettings{{"z", ""}});
}

TEST_CASE("what Poco's reader lets pass is an error with file and line") {
  CHECK(error_of("[a]\nx\n").find("x.ini line 2: 'x' is no section") == 0);
  CHECK(error_of("[a] junk\n").find("line 1") != std::string::npos);
  CHECK(error_of("[a]\nx=1\nx=2\n").find("x stands twice") != std::string::npos);
  CHECK(error_of("[a]\n[a]\n").find("[a] stands twice") != std::string::npos);
  CHECK(error_of("x=1\n").find("before the first") != std::string::npos);
  CHECK(error_of("[a]\nx=1 ; comment\n").find("a comment goes on a line of its own") !=
        std::string::npos);
  CHECK(error_of("[a\n").find("']'") != std::string::npos);
  CHECK(error_of("[a]\n=1\n").find("no key") != std::string::npos);
}

TEST_CASE("--set replaces or adds a key, in extensions too") {
  auto ini = parse_ini("[a]\nx=1\n", "/x.ini").value();
  REQUIRE(override_key(ini, "a.x=2").ok());
  REQUIRE(override_key(ini, "transfer.share.music=/m=1").ok());
  REQUIRE(override_key(ini, "extension.chat.key=v").ok());
  CHECK(ini.find("a")->entries == RawSettings{{"x", "2"}});
  CHECK(ini.find("transfer")->entries == RawSettings{{"share.music", "/m=1"}});
  CHECK(ini.find("extension.chat")->entries == RawSettings{{"key", "v"}});
  CHECK_FALSE(override_key(ini, "a=1").ok());
  CHECK_FALSE(override_key(ini, "a.x").ok());
}
