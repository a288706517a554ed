#include "search/fts/match.h"

#include "catch.h"

using namespace swapmeet;
using namespace swapmeet::search_fts;

namespace {

std::string match(const char* query) { return match_of(parse_query(query).value()); }

}  // namespace

TEST_CASE("A query becomes phrases of folded words that must all be there") {
  CHECK(match("Café") == "\"cafe\"");
  CHECK(match("red song") == "\"red\" AND \"song\"");
  CHECK(match("\"Red Song\" li*") == "\"red song\" AND \"li\" *");
  CHECK(match("song -live type:audio") == "\"song\"");
  CHECK(match("type:audio").empty());
}

TEST_CASE("What means something to FTS5 never reaches it") {
  CHECK(match("a OR b") == "\"a\" AND \"or\" AND \"b\"");
  CHECK(match("\"song^2 + (x)\"") == "\"song 2 x\"");
}

TEST_CASE("What is indexed are a text's words, with a gap where no phrase may cross") {
  CHECK(index_text("Red_Song").starts_with("red song "));
  CHECK(index_text("").empty());
  const auto text = index_text("YouTube");
  CHECK(text.find("youtube ") != std::string::npos);
  CHECK(text.find("you tube ") != std::string::npos);
  CHECK(text.find("\xEE\x80\x80 ") != std::string::npos);
}
