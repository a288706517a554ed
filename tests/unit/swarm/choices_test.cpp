// What a configuration chooses, before anything starts.
#include "transfer/swarm/choices.h"

#include "catch.h"
#include "transfer/swarm/keys.h"

namespace swapmeet::transfer_swarm {
namespace {

Result<std::string> announced(const std::string& listen, const std::string& address) {
  const auto settings = Settings::check(
      "peer.ini [transfer]",
      {{"listen", listen}, {"announce_address", address}, {"download_folder", "/x"}}, kKeys, "/");
  REQUIRE(settings.ok());
  return announced_address(*settings);
}

Result<Choices> chosen(RawSettings raw) {
  raw.emplace_back("download_folder", "/d");
  auto settings = Settings::check("peer.ini [transfer]", raw, kKeys, "/base");
  if (!settings) return std::move(settings).error();
  return Choices::of(*settings);
}

std::string why(RawSettings raw) {
  const auto choices = chosen(std::move(raw));
  return choices ? "" : choices.error().message;
}

TEST_CASE("an address that nobody can connect to is refused where it is written") {
  for (const auto* wrong :
       {"a b", "http://[::1]", "[::1]:6899", "0.0.0.0", "::", "[::]", "1.2.3.4:80", "x/y"}) {
    INFO(wrong);
    const auto refused = announced("0.0.0.0:6699", wrong);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().message.starts_with("announce_address: "));
  }
  CHECK(announced("0.0.0.0:6699", "[2001:db8::1]").value() == "2001:db8::1");
  CHECK(announced("0.0.0.0:6699", "2001:db8::1").value() == "2001:db8::1");
  CHECK(announced("0.0.0.0:6699", "files.example.org").value() == "files.example.org");
}

TEST_CASE(
    "a listener that only this machine can reach announces itself, others let the index see") {
  CHECK(announced("[::1]:6899", "").value() == "::1");
  CHECK(announced("127.0.0.2:6899", "").value() == "127.0.0.2");
  CHECK(announced("0.0.0.0:6899", "").value().empty());
  CHECK(announced("[::]:6899", "").value().empty());
  CHECK(announced("192.168.1.5:6899", "").value().empty());
}

TEST_CASE("each share is for whom its key says, and for everyone without one") {
  const auto choices = chosen({{"share.music", "/m"},
                               {"share.my.diary", "/d"},
                               {"share.my.diary.audience", "friends, @bob"},
                               {"share.my.diary.visible", "yes"}});
  REQUIRE(choices.ok());
  REQUIRE(choices->shares.size() == 2);
  CHECK(choices->shares[0].name == "music");
  CHECK(choices->shares[0].audience == Audience{});
  CHECK(choices->shares[1].name == "my.diary");
  CHECK(choices->shares[1].folder == "/d");
  CHECK(choices->shares[1].audience == Audience{false, {"friends"}, {"bob"}, true});
}

TEST_CASE("a private share without TLS would be for nobody, and is refused") {
  const RawSettings raw{{"tls", "off"}, {"share.music", "/m"}};
  CHECK(chosen(raw).ok());
  auto with_audience = raw;
  with_audience.emplace_back("share.music.audience", "friends");
  CHECK(
      why(with_audience).starts_with("share.music.audience: what is not for everyone leaves over"));
}

TEST_CASE("a mistake about an audience never leaves a share for everyone") {
  CHECK(why({{"share.music", "/m"}, {"share.musci.audience", "friends"}}) ==
        "share.musci.audience: there is no share.musci, the folder that this is about");
  CHECK(why({{"share.music", "/m"}, {"share.music.audience", ""}})
            .starts_with("share.music.audience: an audience is"));
  CHECK(why({{"share.music", "/m"}, {"share.music.audience", "friends,,"}})
            .starts_with("share.music.audience: an audience is"));
  CHECK(why({{"share.music", "/m"}, {"share.music.audience", "everyone, @bob"}}) ==
        "share.music.audience: an audience of everyone names nobody else");
  CHECK(why({{"share.music", "/m"}, {"share.music.audiense", "friends"}}) ==
        "share.music.audiense: share.music has the keys audience and visible, and no 'audiense'; a "
        "share needs another name");
}

}  // namespace
}  // namespace swapmeet::transfer_swarm
