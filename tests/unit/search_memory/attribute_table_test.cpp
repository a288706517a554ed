#include "search/memory/attribute_table.h"

#include "catch.h"
#include "swapmeet/search.h"
#include "swapmeet/testing/temporary_folder.h"
#include "unit/search_memory/some_state.h"

using namespace swapmeet;
using namespace swapmeet::search_memory;

namespace {
using Words = std::vector<std::string>;
const Attributes kSong{{"artist", "Nina Simone"}, {"length", "622"}};
}  // namespace

TEST_CASE("A set of attributes is kept once, and none costs nothing") {
  AttributeTable table;
  CHECK(table.number_of({}) == kNone);
  const auto song = table.number_of(kSong);
  CHECK(table.number_of(kSong) == song);
  CHECK(table.number_of({{"artist", "Nina Simone"}}) != song);
  CHECK(table.all(song) == kSong);
  CHECK(table.all(kNone).empty());
  CHECK(table.count(song) == 2);
  CHECK(table.value(song, table.key("length")) == "622");
  CHECK_FALSE(table.value(song, table.key("bitrate")).has_value());
  CHECK_FALSE(table.value(kNone, table.key("length")).has_value());
}

TEST_CASE("Many keys and values are told apart") {
  AttributeTable table;
  std::vector<Number> sets;
  const auto nth = [](int n) {
    return Attributes{{"k" + std::to_string(n % 300), "v" + std::to_string(n)}, {"same", ""}};
  };
  for (int n = 0; n < 40'000; ++n) sets.push_back(table.number_of(nth(n)));
  for (int n = 0; n < 40'000; n += 371)
    CHECK(table.all(sets[static_cast<std::size_t>(n)]) == nth(n));
}

TEST_CASE("A value that is too long for any listing is left out") {
  AttributeTable table;
  CHECK(table.number_of({{"text", std::string(70'000, 'x')}}) == kNone);
  CHECK(table.all(table.number_of({{"a", "b"}, {"text", std::string(1'025, 'x')}})) ==
        Attributes{{"a", "b"}});
}

TEST_CASE("Texts are found by their words with their key, numbers by the key alone") {
  CHECK(attribute_words(kSong) == Words{"\x1f"
                                        "artist\x1f"
                                        "nina",
                                        "\x1f"
                                        "artist\x1f"
                                        "simone",
                                        "\x1f"
                                        "length"});
  CHECK(attribute_words(Attributes{{"level", "9"}}) == Words{"\x1flevel",
                                                             "\x1flevel\x1f"
                                                             "9"});
  const auto asked = [](const char* text) {
    return attribute_words(parse_query(text).value().filters.at(0));
  };
  CHECK(asked("artist:\"nina sim*\"") == Words{"\x1f"
                                               "artist\x1f"
                                               "nina",
                                               "\x1f"
                                               "artist\x1fsim"});
  CHECK(asked("attr.level>3") == Words{"\x1flevel"});
}

TEST_CASE("Peers that tell different things of a file have documents of their own") {
  SomeState state;
  const auto ann = state.peer(1);
  auto told = a_listing("m/song.mp3", 1);
  told.attributes = kSong;
  const auto with = state.list(ann, told);
  const auto without = state.list(state.peer(2), a_listing("m/song.mp3", 1));
  CHECK(with != without);
  const auto& documents = state.documents;
  CHECK(documents.is_preferred(documents.entry(with), documents.entry(without)));
  CHECK_FALSE(documents.is_preferred(documents.entry(without), documents.entry(with)));
  CHECK(documents.sources(documents.document(with).content) == 2);
  // Told again without: it moves over.
  CHECK(state.list(ann, a_listing("m/song.mp3", 1)) == kNone);
  CHECK_FALSE(documents.is_present(with));
}

TEST_CASE("Words of attributes are nothing that a typing error may have meant") {
  SomeState state;
  auto told = a_listing("m/song.mp3", 1);
  told.attributes = {{"a", "simone"}};
  state.list(state.peer(1), told);
  const auto near = [&](const Segment& segment) {
    Words found;
    segment.each_near(Pattern("simona"), 2, [&](std::string_view word, std::size_t, std::size_t) {
      found.emplace_back(word);
      return std::size_t{0};
    });
    return found;
  };
  CHECK(near(*state.fresh).empty());
  CHECK(state.fresh
            ->find("\x1f"
                   "a\x1fsim",
                   true, false)
            .count() == 1);
  state.rank({0});
  CHECK(near(*state.ranked).empty());
  CHECK(state.ranked
            ->find("\x1f"
                   "a\x1fsim",
                   true, false)
            .count() == 1);
  CHECK(state.ranked
            ->find("\x1f"
                   "a\x1fsimone",
                   false, true)
            .count() == 0);
}
