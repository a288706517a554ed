#include "swapmeet/query.h"

#include "catch.h"

using namespace swapmeet;
using Words = std::vector<std::string>;
using Field = QueryFilter::Field;

TEST_CASE("names split at separators and where the case changes") {
  CHECK(split_words("foo_bar-baz.(x)[y].flac") == Words{"foo", "bar", "baz", "x", "y", "flac"});
  CHECK(split_words("camelCaseName") == Words{"camel", "Case", "Name"});
  CHECK(split_words("HTTPServer2Go") == Words{"HTTP", "Server2Go"});
  CHECK(split_words("naïveÉtude") == Words{"naïve", "Étude"});
  CHECK(split_words("東京、大阪") == Words{"東京", "大阪"});
  CHECK(split_words(" _-. ").empty());
}

TEST_CASE("words, phrases, prefixes and what to leave out") {
  const auto query = parse_query("live \"at the\" -boot foo_bar pre*").value();
  REQUIRE(query.terms.size() == 5);
  CHECK(query.terms[0] == QueryTerm{{"live"}, false, false});
  CHECK(query.terms[1] == QueryTerm{{"at", "the"}, false, false});
  CHECK(query.terms[2] == QueryTerm{{"boot"}, false, true});
  CHECK(query.terms[3] == QueryTerm{{"foo", "bar"}, false, false});
  CHECK(query.terms[4] == QueryTerm{{"pre"}, true, false});
}

TEST_CASE("filters") {
  const auto query =
      parse_query("type:audio ext:.FLAC size>10M size<=2G -path:\"old stuff\" peer:al").value();
  REQUIRE(query.filters.size() == 6);
  CHECK(query.filters[0].type == MediaType::audio);
  CHECK(query.filters[1].text == "flac");
  CHECK((query.filters[2].field == Field::min_size && query.filters[2].bytes == 10'000'001));
  CHECK((query.filters[3].field == Field::max_size && query.filters[3].bytes == 2'000'000'000));
  CHECK((query.filters[4].text == "old stuff" && query.filters[4].negated));
  CHECK((query.filters[5].field == Field::peer && query.filters[5].text == "al"));
  CHECK(parse_query("a:b").value().terms[0].words == Words{"a", "b"});
}

TEST_CASE("a wrong query points at the place") {
  const auto position = [](const char* text) { return parse_query(text).error().position; };
  CHECK(position("abc \"def") == 4);
  CHECK(position("abc size>x") == 9);
  CHECK(position("abc type:song") == 9);
  CHECK(position("abc ext:") == 8);
  CHECK(position("-abc") == 0);
  CHECK(position("  ") == 0);
  CHECK(position("\xff") == 0);
  CHECK_FALSE(parse_query(std::string(1025, 'a')).ok());
  std::string many;
  for (int i = 0; i < 65; ++i) many += "a ";
  CHECK_FALSE(parse_query(many).ok());
}
