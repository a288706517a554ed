// What the search contract says of a search that breaks it: the rule, once, and where it shows.
#include "sdk/testing/src/search_rules.h"

#include "catch.h"
#include "sdk/testing/src/samples.h"

using namespace swapmeet;
using namespace swapmeet::testing;

namespace {

SearchModel model_of(const std::vector<Listing>& listings) {
  std::vector<Change> changes{present(peer_number(1), "ann")};
  for (const auto& listing : listings) changes.push_back(put(peer_number(1), listing));
  SearchModel model;
  model.apply({"feed", 0, 10, changes});
  return model;
}

Hit hit_of(const std::string& path, unsigned content) {
  Hit hit;
  hit.content = content_number(content);
  hit.path = path;
  hit.name = name_of_path(path);
  hit.size = 1000;
  hit.type = media_type_of(hit.name);
  hit.sources = 1;
  return hit;
}

SearchPage page_of(std::vector<Hit> hits) {
  SearchPage page;
  page.total = hits.size();
  page.hits = std::move(hits);
  return page;
}

std::vector<std::string> rules(const std::vector<BrokenRule>& broken) {
  std::vector<std::string> rules;
  for (const auto& one : broken) rules.push_back(one.rule);
  return rules;
}

}  // namespace

TEST_CASE("another ranking than that of hits.h is one broken rule, however many hits show it") {
  std::vector<Listing> listings;
  std::vector<Hit> hits;
  for (unsigned i = 1; i <= 9; ++i) {  // the longest name first
    const auto path = "a/song" + std::string(10 - i, 'x') + " song.mp3";
    listings.push_back(listing_of(path, i));
    hits.push_back(hit_of(path, i));
  }
  const auto expected = model_of(listings).search("song", {});
  const auto broken = broken_rules(page_of(hits), expected, false);
  REQUIRE(broken.size() == 1);
  CHECK(broken[0].rule.find("hit_order (hits.h)") != std::string::npos);
  CHECK(broken[0].rule.find("ranks_by_itself") != std::string::npos);
  CHECK(broken[0].seen.find("comes after 'a/songxxxxxxxxx song.mp3'") != std::string::npos);
  CHECK(broken_rules(page_of(hits), expected, true).empty());
}

TEST_CASE("each rule of a page that breaks several is named") {
  const auto model = model_of({listing_of("a/song.mp3", 1), listing_of("a/song two.mp3", 2)});
  auto wrong = hit_of("a/song.mp3", 1);
  wrong.size = 7;
  wrong.sources = 3;
  const auto broken = broken_rules(page_of({wrong, wrong}), model.search("song", {}), false);
  CHECK(rules(broken) == std::vector<std::string>{
                             "a hit has the size of its content",
                             "sources are the peers that are present and have it for this viewer",
                             "a content is one hit", "whatever matches is found"});
  CHECK(broken[0].seen.find("7 instead of 1000") != std::string::npos);
}
