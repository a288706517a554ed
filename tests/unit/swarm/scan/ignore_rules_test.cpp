// Which files below a share are not shared.
#include "transfer/swarm/scan/ignore_rules.h"

#include "catch.h"

namespace swapmeet::transfer_swarm {
namespace {

TEST_CASE("patterns say what is not shared") {
  const auto rules = IgnoreRules::parse(
      {"*.tmp", "Thumbs.db", "node_modules/", "music/demos", "/top/*.iso", "[ab]?"});
  REQUIRE(rules);
  const auto skips_file = [&](const char* path) { return rules->skips(path, false); };
  for (const auto* path :
       {"a.tmp", "deep/er/b.TMP", "thumbs.DB", "x/Thumbs.db", "music/demos", "top/deep/a.iso", "a1",
        "in/b2", ".hidden", "x/.hidden", "film.swapmeet-part"})
    CHECK(skips_file(path));
  for (const auto* path :
       {"a.tmpl", "node_modules", "demos", "other/music/demos", "a.iso", "abc", "c1", "not.hidden"})
    CHECK_FALSE(skips_file(path));
  CHECK(rules->skips("x/node_modules", true));
  CHECK(rules->skips("music/demos", true));
  CHECK(rules->skips("bad\xff.tmp", false));
  for (const auto* bad : {"!keep", "/", "//"}) CHECK_FALSE(IgnoreRules::parse({bad}));
}

}  // namespace
}  // namespace swapmeet::transfer_swarm
