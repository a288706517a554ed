// What a query means for one listing, and how listings become hits.
#include "swapmeet/matching.h"

#include "catch.h"
#include "swapmeet/hits.h"

using namespace swapmeet;

namespace {

bool found(const std::string& query, const std::string& path, std::uint64_t size = 1000) {
  Listing listing;
  listing.path = path;
  listing.size = size;
  return matches(parse_query(query).value(), listing, PeerId{{0xab}}, "Dora D");
}

}  // namespace

TEST_CASE("texts are compared without case and accents") {
  CHECK(fold("ÀÉÎÕÜÇÑ ŠČŽĄĘĶ") == "aeioucn sczaek");
  CHECK(fold("Cafe\u0301") == "cafe");
  CHECK(fold("МОСКВА ΑΒΓ") == "москва αβγ");
  CHECK(fold("東京 \xff") == "東京 \xff");
}

TEST_CASE("terms are about words, wherever in the path") {
  CHECK(found("summer LIVE", "Live/Summer_2024.mkv"));
  CHECK_FALSE(found("sum", "Live/Summer_2024.mkv"));
  CHECK(found("sum*", "Live/Summer_2024.mkv"));
  CHECK(found("\"summer 20\"", "Live/Summer.20.mkv"));
  CHECK_FALSE(found("\"20 summer\"", "Live/Summer.20.mkv"));
  CHECK_FALSE(found("live -summer", "Live/Summer_2024.mkv"));
  CHECK(matches_name(parse_query("summer -live").value(), "Live/Summer_2024.mkv"));
  CHECK_FALSE(matches_name(parse_query("summer live").value(), "Live/Summer_2024.mkv"));
  CHECK_FALSE(matches_name(parse_query("type:video").value(), "Live/Summer_2024.mkv"));
}

TEST_CASE("filters are about the listing and its peer") {
  CHECK(found("type:video ext:MKV path:live/s size>999 peer:\"dora d\"", "Live/Summer.mkv"));
  CHECK_FALSE(found("size>1000", "a.txt"));
  CHECK_FALSE(found("x peer:dora", "x.txt"));
  CHECK(found("peer:ab000000000000000000000000000000", "x.txt"));
  CHECK_FALSE(found("x -ext:txt", "x.txt"));
}

TEST_CASE("listings become hits: one a content, ranked, a page at a time") {
  const SearchRequest request{"song", {2, ""}, SortOrder::relevance, {}};
  HitList hits(parse_query("song").value());
  const auto add = [&](std::uint8_t peer, const std::string& path, std::uint8_t content) {
    Listing listing;
    listing.path = path;
    listing.content.bytes[0] = content;
    hits.add(listing, PeerId{{peer}}, "");
  };
  add(1, "song/b.mp3", 1);
  add(2, "x/b.mp3", 1);
  add(1, "x/a song.mp3", 2);
  add(1, "x/not it.mp3", 3);
  add(2, "song/c.mp3", 4);
  const auto first = hits.page(request, 100).value();
  CHECK(first.total == 3);
  REQUIRE(first.hits.size() == 2);
  CHECK(first.hits[0].name == "a song.mp3");
  CHECK(first.hits[1].name == "b.mp3");
  CHECK(first.hits[1].sources == 2);
  CHECK(first.hits[1].names.empty());
  const auto second = hits.page({"song", {2, first.next}, SortOrder::relevance, {}}, 100).value();
  REQUIRE(second.hits.size() == 1);
  CHECK(second.hits[0].name == "c.mp3");
  CHECK(second.next.empty());
  CHECK(hits.page(request, 1).value().total == 1);
  CHECK_FALSE(hits.page({"song", {2, "x"}, SortOrder::relevance, {}}, 1).ok());
}

TEST_CASE("hits are ordered by the name, then sources, then the length of the name") {
  CHECK(hit_order(true, 1, 200) < hit_order(false, 1'000'000, 1));
  CHECK(hit_order(true, 2, 200) < hit_order(true, 1, 1));
  CHECK(hit_order(false, 1, 4) < hit_order(false, 1, 5));
  CHECK(hit_order(false, 1, 255) == hit_order(false, 1, 4096));
  CHECK(hit_order(true, ~0U, 1) < hit_order(true, ~0U - 1, 1));
}

TEST_CASE("a hit's score falls with each place in the order, from 1 to 0") {
  CHECK(score_of(hit_order(true, ~0U, 0)) == 1.0);
  const std::uint64_t last = hit_order(false, 0, 255);
  CHECK(score_of(last) > 0);
  CHECK(score_of(last) < score_of(last - 1));
  CHECK(score_of(hit_order(true, 0, 255)) > score_of(hit_order(false, ~0U, 0)));
}

TEST_CASE("a hit shows the shortest name that fits, then the first in byte order") {
  HitList hits(parse_query("song").value());
  for (const char* path :
       {"song/x", "b/a longer song", "b/song b", "a/song b", "b/song a", "c/song a"}) {
    Listing listing;
    listing.path = path;
    hits.add(listing, PeerId{{1}}, "");
  }
  const auto page = hits.page({"song", {}, SortOrder::relevance, {}}, 100).value();
  REQUIRE(page.hits.size() == 1);
  CHECK(page.hits[0].path == "b/song a");
}

TEST_CASE("a phrase stands in a row of words, and a prefix ends it") {
  using Runs = std::vector<std::vector<std::string>>;
  QueryTerm phrase;
  phrase.words = {"b", "ca"};
  CHECK(stands_in_a_row(phrase, Runs{{"x"}, {"a", "b", "ca"}}));
  CHECK_FALSE(stands_in_a_row(phrase, Runs{{"a", "b"}, {"ca"}}));
  CHECK_FALSE(stands_in_a_row(phrase, Runs{{"b", "cat"}}));
  phrase.prefix = true;
  CHECK(stands_in_a_row(phrase, Runs{{"b", "cat"}}));
  CHECK_FALSE(stands_in_a_row(phrase, Runs{{"bat", "cat"}}));
  CHECK_FALSE(stands_in_a_row(phrase, Runs{}));
}
