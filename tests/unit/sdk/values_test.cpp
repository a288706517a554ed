#include "catch.h"
#include "swapmeet/address.h"
#include "swapmeet/id.h"
#include "swapmeet/identity.h"
#include "swapmeet/listing.h"
#include "swapmeet/media_type.h"
#include "swapmeet/time.h"

using namespace swapmeet;

TEST_CASE("ids are exactly their number of hex digits") {
  const std::string text = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  CHECK(ContentId::parse(text) == kEmptyContent);
  CHECK(kEmptyContent.text() == text);
  CHECK_FALSE(ContentId::parse(text + "0"));
  CHECK_FALSE(ContentId::parse(text.substr(1)));
  CHECK_FALSE(ContentId::parse("g" + text.substr(1)));
}

TEST_CASE("times go to RFC 3339 and back") {
  const auto time = from_rfc3339("2026-01-01T00:00:00Z");
  REQUIRE(time);
  CHECK(to_rfc3339(*time) == "2026-01-01T00:00:00Z");
  CHECK(from_rfc3339("2026-01-01T02:00:00+02:00") == time);
  CHECK(from_rfc3339("2025-12-31T23:59:59.999999999Z") == *time - std::chrono::milliseconds(1));
  CHECK(to_rfc3339(*time + std::chrono::milliseconds(7)) == "2026-01-01T00:00:00.007Z");
  for (const char* bad :
       {"", "2026-01-01", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-01-01T24:00:00Z",
        "2026-01-01T00:00:00", "2026-01-01T00:00:00Zx", "2026-01-01T00:00:00.Z"})
    CHECK_FALSE(from_rfc3339(bad));
}

TEST_CASE("addresses are IPv4, bracketed IPv6 or host names with a port") {
  CHECK(parse_host_port("127.0.0.1:80").value() == HostPort{"127.0.0.1", 80});
  CHECK(parse_host_port("[::1]:6699").value().text() == "[::1]:6699");
  CHECK(parse_host_port("example.org:0").ok());
  for (const char* bad : {"127.0.0.1", "127.0.0.256:1", "::1:80", "[127.0.0.1]:80", "a b:80",
                          "-a:80", "a..b:80", "a:65536", "a:", ":80", "a:8x"})
    CHECK_FALSE(parse_host_port(bad).ok());
}

TEST_CASE("paths cannot climb out of where they belong") {
  CHECK(check_path("music/a/b.flac").ok());
  CHECK(check_path("a/.../b").ok());
  for (const char* bad : {"", "/a", "a/", "a//b", "../a", "a/../b", "a/.", "a\nb", "\xff"})
    CHECK_FALSE(check_path(bad).ok());
}

TEST_CASE("a path is a folder and a name") {
  CHECK(name_of_path("music/a/b.flac") == "b.flac");
  CHECK(folder_of_path("music/a/b.flac") == "music/a");
  CHECK(name_of_path("b.flac") == "b.flac");
  CHECK(folder_of_path("b.flac").empty());
}

TEST_CASE("UTF-8 has no overlong forms and no surrogates") {
  CHECK(is_utf8("aé漢😀"));
  for (const char* bad :
       {"\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe6\xbc", "\x80"})
    CHECK_FALSE(is_utf8(bad));
}

TEST_CASE("an audience admits everyone, or its groups and accounts, and admins") {
  Audience audience;
  CHECK(audience.admits({}));
  audience.everyone = false;
  CHECK_FALSE(audience.admits({}));
  audience.groups = {"staff"};
  CHECK(audience.admits({.account = "ann", .groups = {"staff"}, .roles = {}}));
  CHECK_FALSE(audience.admits({.account = "bob", .groups = {}, .roles = {}}));
  CHECK(audience.admits({.account = "root", .groups = {}, .roles = {"admin"}}));
}

TEST_CASE("an audience is read as people write it, and written so") {
  const auto some = parse_audience(" friends , @bob,@ann").value();
  CHECK(some == Audience{false, {"friends"}, {"bob", "ann"}});
  CHECK(text_of(some) == "friends, @bob, @ann");
  CHECK(parse_audience("everyone").value() == Audience{});
  CHECK(text_of({}) == "everyone");
  for (const char* wrong :
       {"", " ", ",", "friends,", "@", "friends,,@bob", "everyone, @bob", "a\nb", "@@bob"}) {
    INFO(wrong);
    CHECK(parse_audience(wrong).error().code == ErrorCode::invalid_argument);
  }
}

TEST_CASE("what somebody knows of an audience admits nobody else") {
  const Identity ann{.account = "ann", .groups = {"staff", "choir"}, .roles = {}};
  const Audience some{false, {"friends", "choir", "staff"}, {"bob", "ann"}, true};
  CHECK(some.as_known_to(ann) == Audience{false, {"choir", "staff"}, {"ann"}});
  CHECK(some.as_known_to({}) == Audience{false, {}, {}});
  CHECK(Audience{}.as_known_to({}).everyone);
  Audience both{false, {"choir"}, {}};
  both.widen({false, {"choir", "friends"}, {"bob"}});
  CHECK(both == Audience{false, {"choir", "friends"}, {"bob"}});
  both.widen({});
  CHECK(both.admits({}));
}

TEST_CASE("the media type comes from the ending") {
  CHECK(media_type_of("a.b.FLAC") == MediaType::audio);
  CHECK(media_type_of(".flac") == MediaType::other);
  CHECK(extension_of("archive.tar.GZ") == "gz");
  CHECK(mime_type_of("x.png") == "image/png");
}

TEST_CASE("an error of each code has a constructor of its name") {
  const std::pair<ErrorCode, Error (*)(std::string)> all[] = {
      {ErrorCode::invalid_argument, invalid_argument},
      {ErrorCode::not_found, not_found},
      {ErrorCode::already_exists, already_exists},
      {ErrorCode::conflict, conflict},
      {ErrorCode::unauthenticated, unauthenticated},
      {ErrorCode::not_allowed, not_allowed},
      {ErrorCode::too_large, too_large},
      {ErrorCode::too_many, too_many},
      {ErrorCode::unavailable, unavailable},
      {ErrorCode::timed_out, timed_out},
      {ErrorCode::cancelled, cancelled},
      {ErrorCode::corrupt, corrupt},
      {ErrorCode::no_space, no_space},
      {ErrorCode::unsupported, unsupported},
      {ErrorCode::internal, internal_error}};
  for (const auto& [code, make] : all) CHECK(make("why") == Error{code, "why", {}});
}
