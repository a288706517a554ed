#include "search/memory/segment.h"

#include <map>

#include "catch.h"
#include "unit/search_memory/some_state.h"

using namespace swapmeet::search_memory;

namespace {

using Ranks = std::vector<Rank>;

Ranks found(const Segment& segment, const char* word, bool prefix = false, bool name_only = false) {
  const auto occurrences = segment.find(word, prefix, name_only);
  Window marks;
  Ranks ranks;
  if (!occurrences.mark(0, marks)) return ranks;
  for (auto at = marks.next(0); at < Window::kRanks; at = marks.next(at + 1)) ranks.push_back(at);
  CHECK(occurrences.count() >= ranks.size());
  return ranks;
}

std::map<std::string, std::size_t> near(const Segment& segment, const char* word) {
  std::map<std::string, std::size_t> words;
  segment.each_near(Pattern(word), 1,
                    [&](std::string_view text, std::size_t documents, std::size_t edits) {
                      CHECK(edits == 1);
                      words.emplace(text, documents);
                      return std::size_t{0};
                    });
  return words;
}

// Ranks 0 to 3; the first and the last are one content.
struct Songs : SomeState {
  Songs() {
    const auto ann = peer(1);
    list(ann, a_listing("blue/Red Song", 1));
    list(ann, a_listing("red/Redo", 2));
    list(ann, a_listing("red/Red red Film", 3));
    list(ann, a_listing("green/Song", 1));
  }
};

void check_finds(const Segment& segment) {
  CHECK(found(segment, "red") == Ranks{0, 1, 2});
  CHECK(found(segment, "red", false, true) == Ranks{0, 2});
  CHECK(found(segment, "re", true) == Ranks{0, 1, 2});
  CHECK(found(segment, "re", true, true) == Ranks{0, 1, 2});
  CHECK(found(segment, "redo", true, true) == Ranks{1});
  CHECK(found(segment, "green") == Ranks{3});
  CHECK(found(segment, "green", false, true).empty());
  CHECK(found(segment, "re").empty());
  CHECK(found(segment, "zebra").empty());
  CHECK(found(segment, "zebra", true).empty());
}

}  // namespace

TEST_CASE("A fresh segment finds words and prefixes, in names or anywhere in paths") {
  Songs songs;
  check_finds(*songs.fresh);
  CHECK(songs.fresh->next_content(0) == 1);
  std::vector<std::string> words;
  for (const auto* word : songs.fresh->sorted_words()) words.push_back(word->first);
  CHECK(words == std::vector<std::string>{"blue", "film", "green", "red", "redo", "song"});
}

TEST_CASE("A ranked segment finds the same as the fresh one that it was made of") {
  Songs songs;
  songs.rank({0, 1, 2, 3});
  check_finds(*songs.ranked);
  CHECK(songs.fresh->entries().empty());
}

TEST_CASE("A ranked segment has the order that it is given, and leaves out what is not named") {
  Songs songs;
  songs.rank({3, 0, 2});
  CHECK(songs.names(*songs.ranked) == std::vector<std::string>{"Song", "Red Song", "Red red Film"});
  CHECK(found(*songs.ranked, "song") == Ranks{0, 1});
  CHECK(found(*songs.ranked, "red") == Ranks{1, 2});
  CHECK(found(*songs.ranked, "redo").empty());
  CHECK_FALSE(songs.ranked->has("redo"));
  CHECK(songs.ranked->has("film"));
  CHECK_FALSE(songs.ranked->has("fil"));
}

TEST_CASE("What is new is merged into a ranked segment, word by word") {
  Songs songs;
  songs.rank({0, 1, 2, 3});
  songs.list(songs.peer(1), a_listing("red/A New Song", 4));
  CHECK(found(*songs.fresh, "song") == Ranks{0});
  songs.rank({4, 2, 0, 1, 3});
  CHECK(found(*songs.ranked, "new") == Ranks{0});
  CHECK(found(*songs.ranked, "song") == Ranks{0, 2, 4});
  CHECK(found(*songs.ranked, "red") == Ranks{0, 1, 2, 3});
  CHECK(found(*songs.ranked, "red", false, true) == Ranks{1, 2});
}

TEST_CASE("The documents of a content stand in a row, and the next content begins behind them") {
  Songs songs;
  songs.rank({1, 3, 0, 2});
  const auto& ranked = *songs.ranked;
  CHECK(ranked.next_content(0) == 1);
  CHECK(ranked.next_content(1) == 3);
  CHECK(ranked.next_content(2) == 3);
  CHECK(ranked.next_content(3) == 4);
  const auto content = ranked.entries()[1].content;
  CHECK(ranked.entries_of(content).size() == 2);
  CHECK(ranked.entries_of(content).data() == &ranked.entries()[1]);
  CHECK(ranked.entries_of(1000).empty());
}

TEST_CASE("An empty ranked segment has nothing") {
  const RankedSegment empty;
  CHECK(found(empty, "red").empty());
  CHECK(found(empty, "red", true).empty());
  CHECK_FALSE(empty.has("red"));
  CHECK(empty.entries_of(0).empty());
  CHECK(near(empty, "red").empty());
}

TEST_CASE("Nearby words are told with how many documents have them, each by one segment only") {
  using Near = std::map<std::string, std::size_t>;
  Songs songs;
  CHECK(near(*songs.fresh, "songs") == Near{{"song", 2}});
  CHECK(near(*songs.fresh, "rede") == Near{{"red", 3}, {"redo", 1}});
  CHECK(near(*songs.fresh, "song").empty());  // not the word itself
  songs.rank({0, 1, 2, 3});
  songs.list(songs.peer(1), a_listing("m/song sons", 5));
  CHECK(near(*songs.ranked, "songs") == Near{{"song", 2}});
  CHECK(near(*songs.fresh, "songs") == Near{{"sons", 1}});  // the ranked one has told of "song"
}

TEST_CASE("Occurrences are told of one window at a time") {
  SomeState many;
  const auto ann = many.peer(1);
  const auto document = many.list(ann, a_listing("m/song", 1));
  const auto entry = many.documents.entry(document);
  FreshSegment fresh;
  for (Rank rank = 0; rank < Window::kRanks + 10; ++rank)
    fresh.add(entry, "m", rank % 65'540 == 3 ? "rare" : "often", *many.ranked);
  const auto occurrences = fresh.find("rare", false, false);
  Window marks;
  REQUIRE(occurrences.mark(0, marks));
  CHECK(marks.next(0) == 3);
  marks.clear();
  REQUIRE(occurrences.mark(1, marks));
  CHECK(marks.next(0) == 7);
  CHECK_FALSE(occurrences.mark(2, marks));
}
