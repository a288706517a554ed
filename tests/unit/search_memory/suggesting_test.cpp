#include "search/memory/suggesting.h"

#include "catch.h"
#include "unit/search_memory/library.h"

using namespace swapmeet;
using namespace swapmeet::search_memory;

TEST_CASE("Suggestions go on with what the best names have") {
  Library library({"m/Live at Wembley.mp3", "m/Live at Woodstock.mp3", "m/Été à la plage.jpg",
                   "m/wonderful.txt", "m/東京タワー.jpg"});
  Change change;
  change.kind = ChangeKind::present;
  change.peer = {{2}};
  ChangeBatch batch{"f", 1, 2, {change}};
  change.kind = ChangeKind::put;
  change.listing.path = "other/Live at Woodstock.mp3";
  change.listing.content.bytes[0] = 2;
  batch.changes.push_back(change);
  REQUIRE(library.index.apply(batch).ok());
  if (GENERATE(false, true)) library.index.reorder();
  const auto suggest = [&](const std::string& typed, std::size_t limit = 10) {
    return library.index.suggest({typed, limit, {}}).value();
  };
  using Texts = std::vector<std::string>;
  CHECK(suggest("live at w") == Texts{"live at Woodstock", "live at Wembley"});
  CHECK(suggest("w", 1) == Texts{"Woodstock"});
  CHECK(suggest("ét") == Texts{"Été"});
  CHECK(suggest("東京") == Texts{"東京タワー"});
  CHECK(suggest("-live wo") == Texts{"-live wonderful"});
  CHECK(suggest("type:image pl") == Texts{"type:image plage"});
  CHECK(suggest("woodstock").empty());
  CHECK(suggest("live ").empty());
  CHECK(suggest("\"live w").empty());
  CHECK(suggest("").empty());
}
