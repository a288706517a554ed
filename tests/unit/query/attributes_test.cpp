// Attributes in the query language, and what they say to people.
#include "swapmeet/attributes.h"

#include "catch.h"
#include "swapmeet/matching.h"
#include "swapmeet/query.h"

using namespace swapmeet;

namespace {

const Attributes kSinnerman{
    {"artist", "Nina Simone"}, {"title", "Sinnerman (Live)"}, {"length", "622"}, {"bitrate", "320"},
    {"year", "1965"},          {"mood", "restless, Épique"},  {"fps", "29.97"}};

bool matching(const std::string& query, const Attributes& attributes = kSinnerman) {
  Listing listing;
  listing.path = "music/sinnerman.mp3";
  listing.attributes = attributes;
  const auto parsed = parse_query(query);
  INFO(query << (parsed ? "" : ": " + parsed.error().message));
  REQUIRE(parsed.ok());
  return matches(*parsed, listing, PeerId{}, "");
}

std::vector<std::string> words_of(const std::string& query) {
  const auto parsed = parse_query(query);
  INFO(query << (parsed ? "" : ": " + parsed.error().message));
  REQUIRE(parsed.ok());
  CHECK(parsed->filters.empty());
  return parsed->terms.at(0).words;
}

}  // namespace

TEST_CASE("texts are asked for their words, in a row, in any case and without accents") {
  CHECK(matching("artist:nina"));
  CHECK(matching("ARTIST:Simone"));
  CHECK(matching("artist=nina"));
  CHECK(matching("artist:\"nina simone\""));
  CHECK(matching("artist:nina-simone"));
  CHECK_FALSE(matching("artist:\"simone nina\""));
  CHECK_FALSE(matching("artist:nin"));
  CHECK(matching("artist:nin*"));
  CHECK(matching("artist:\"nina sim*\""));
  CHECK_FALSE(matching("title:nina"));
  CHECK(matching("attr.mood:epique attr.artist:nina"));
  CHECK_FALSE(matching("nina"));  // only where it is asked for
}

TEST_CASE("numbers and durations are compared") {
  CHECK(matching("length>3m"));
  CHECK(matching("length>=622"));
  CHECK(matching("length=10m22s"));
  CHECK(matching("length:10:22"));
  CHECK(matching("length<0.5h"));
  CHECK_FALSE(matching("length<622s"));
  CHECK(matching("bitrate>=256 bitrate<=320 bitrate:320"));
  CHECK_FALSE(matching("bitrate>320"));
  CHECK(matching("year=1965"));
  CHECK(matching("attr.fps>29 attr.fps<30"));
  CHECK_FALSE(matching("attr.mood>3"));  // a text
}

TEST_CASE("what a listing does not have matches nothing but what is left out") {
  CHECK_FALSE(matching("artist:nina", {}));
  CHECK_FALSE(matching("bitrate<500", {}));
  CHECK(matching("sinnerman -artist:nina", {}));
  CHECK(matching("sinnerman -bitrate<500", {}));
  CHECK_FALSE(matching("sinnerman -artist:nina"));
  CHECK_FALSE(matching("sinnerman -length>3m"));
  CHECK_FALSE(matching("bitrate>0", {{"bitrate", "320 kbit/s"}}));
}

TEST_CASE("a filter that is not known is refused with the known ones and the way around") {
  const auto wrong = parse_query("live atrist:nina");
  REQUIRE_FALSE(wrong.ok());
  CHECK(wrong.error().code == ErrorCode::invalid_argument);
  CHECK(wrong.error().position == 5);
  for (const char* part : {"'atrist'", "artist", "length", "type", "attr.KEY", "\"atrist:nina\""})
    CHECK(wrong.error().message.find(part) != std::string::npos);
  const auto position = [](const char* text) {
    const auto query = parse_query(text);
    INFO(text);
    REQUIRE_FALSE(query.ok());
    return query.error().position;
  };
  CHECK(position("bitrat>=256") == 0);
  CHECK(position("foo:\"bar baz\"") == 0);
  CHECK(position("x -foo:bar") == 3);
  CHECK(position("artist:") == 7);
  CHECK(position("artist: nina") == 7);
  CHECK(position("artist>nina") == 6);
  CHECK(position("artist:...") == 7);
  CHECK(position("artist:\"nina") == 7);
  CHECK(position("length>soon") == 7);
  CHECK(position("length>1:99") == 7);
  CHECK(position("bitrate>=3m") == 9);
  CHECK(position("attr.:x") == 5);
  CHECK(position("attr.a$b:x") == 8);
}

TEST_CASE("what only looks like a filter is words, as it was") {
  using Words = std::vector<std::string>;
  CHECK(words_of("12:30") == Words{"12", "30"});
  CHECK(words_of("c:\\music") == Words{"c", "music"});
  CHECK(words_of("C:/music") == Words{"c", "music"});
  CHECK(words_of("http://example.org") == Words{"http", "example", "org"});
  CHECK(words_of("std::vector") == Words{"std", "vector"});
  CHECK(words_of("tribute: nina") == Words{"tribute"});
  CHECK(words_of("tribute:") == Words{"tribute"});
  CHECK(words_of("e=mc2") == Words{"e", "mc2"});
  CHECK(words_of("mass=energy") == Words{"mass", "energy"});
  CHECK(words_of("this->that") == Words{"this", "that"});
  CHECK(words_of("\"foo:bar\"") == Words{"foo", "bar"});
  CHECK(words_of("第1話:題") == Words{"第", "1", "話", "題"});
}

TEST_CASE("durations are read as people write them") {
  const auto seconds = [](const char* text) { return asked_number(AttributeType::duration, text); };
  CHECK(seconds("200") == 200);
  CHECK(seconds("200s") == 200);
  CHECK(seconds("3m") == 180);
  CHECK(seconds("1.5h") == 5400);
  CHECK(seconds("1h30m5s") == 5405);
  CHECK(seconds("3:20") == 200);
  CHECK(seconds("1:02:03") == 3723);
  for (const char* text :
       {"", "m", "3x", "3m!", ":", "1:2:3:4", "-3", "3m20", "1:-2", "inf", "nan"})
    CHECK_FALSE(seconds(text).has_value());
  CHECK_FALSE(asked_number(AttributeType::number, "3m").has_value());
}

TEST_CASE("attributes are told in a line") {
  CHECK(about(kSinnerman) == "Nina Simone – Sinnerman (Live), 10:22, 320 kbit/s");
  CHECK(about({{"author", "M. Shelley"}, {"title", "Frankenstein"}, {"pages", "280"}}) ==
        "M. Shelley – Frankenstein, 280 pages");
  CHECK(about({{"width", "4000"}, {"height", "3000"}}) == "4000 × 3000");
  CHECK(about({{"length", "3723.4"}}) == "1:02:03");
  CHECK(about({{"length", "-1"}, {"mood", "calm"}, {"width", "5"}}).empty());
  CHECK(about({}).empty());
}

TEST_CASE("keys are in small letters") {
  for (const auto& one : kKnownAttributes) CHECK(is_attribute_key(one.key));
  CHECK(is_attribute_key("a_b-c.9"));
  CHECK_FALSE(is_attribute_key(""));
  CHECK_FALSE(is_attribute_key("Artist"));
  CHECK_FALSE(is_attribute_key("a b"));
  CHECK_FALSE(is_attribute_key(std::string(65, 'a')));
}
