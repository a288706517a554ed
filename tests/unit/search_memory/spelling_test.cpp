// Typing errors: what is near a word, what is tried instead, and what the answer says of it.
#include "search/memory/spelling.h"

#include <map>

#include "catch.h"
#include "search/memory/correction.h"
#include "unit/search_memory/index_fixture.h"

using namespace swapmeet;
using namespace swapmeet::search_memory;

namespace {

// An index with the files of one peer that is present, ranked or not.
class Library {
 public:
  explicit Library(const std::vector<std::string>& paths) {
    Change change;
    change.kind = ChangeKind::present;
    change.peer = {{1}};
    ChangeBatch batch{"f", 0, 1, {change}};
    change.kind = ChangeKind::put;
    for (const auto& path : paths) {
      change.listing.path = path;
      change.listing.size = 5'000'000;
      ++change.listing.content.bytes[0];
      batch.changes.push_back(change);
    }
    REQUIRE(index.apply(batch).ok());
  }
  SearchPage search(const std::string& query) {
    return index.search({query, {}, SortOrder::relevance, {}}).value();
  }
  IndexFixture fixture;
  Index index{fixture.options()};
};

std::vector<std::string> names_of(const SearchPage& page) {
  std::vector<std::string> names;
  for (const auto& hit : page.hits) names.push_back(hit.name);
  return names;
}

std::size_t textbook_distance(const std::string& a, const std::string& b) {
  std::vector<std::vector<std::size_t>> table(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i)
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        table[i][j] = i + j;
        continue;
      }
      const std::size_t differs = a[i - 1] == b[j - 1] ? 0 : 1;
      table[i][j] =
          std::min({table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + differs});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        table[i][j] = std::min(table[i][j], table[i - 2][j - 2] + 1);
    }
  return table[a.size()][b.size()];
}

}  // namespace

TEST_CASE("The distance of two words counts letters, not bytes, and a swap once") {
  const auto distance = [](const char* a, const char* b) { return Pattern(a).distance_to(b); };
  CHECK(distance("beatles", "beatles") == 0);
  CHECK(distance("beatels", "beatles") == 1);
  CHECK(distance("betles", "beatles") == 1);
  CHECK(distance("beattles", "beatles") == 1);
  CHECK(distance("bextles", "beatles") == 1);
  CHECK(distance("btles", "beatles") == 2);
  CHECK(distance("война", "воина") == 1);
  CHECK(distance("東京タワ", "東京タワー") == 1);
  CHECK(distance("", "ab") == 2);
  CHECK(distance("abcde", "") == 5);
  CHECK(distance("kitten", "sitting") == 3);
}

TEST_CASE("The distance of any two words is that of the textbook's table") {
  std::mt19937_64 random(7);
  const auto word = [&] {
    std::string letters(random() % 12, ' ');
    for (auto& letter : letters) letter = static_cast<char>('a' + random() % 4);
    return letters;
  };
  for (int i = 0; i < 2000; ++i) {
    const auto a = word();
    const auto b = word();
    CAPTURE(a, b);
    REQUIRE(Pattern(a).distance_to(b) == textbook_distance(a, b));
  }
}

TEST_CASE("Only words that stand for themselves may be wrong") {
  std::vector<std::string> words;
  for (const auto& word :
       plain_words("One -two \"three four\" ext:five six* peer:\"x y\" seven_eight Nine "))
    words.push_back(word.folded);
  CHECK(words == std::vector<std::string>{"one", "nine"});
}

TEST_CASE("A misspelt word, a missing space, and what is left alone") {
  Library library({"m/Beatles - Come Together.mp3", "m/Beatles - Help.mp3",
                   "m/Beatles - Yesterday.mp3", "m/Interstellar soundtrack.mp3",
                   "m/Dark Side of the Moon.flac", "m/2019.txt"});
  const bool reordered = GENERATE(false, true);
  if (reordered) library.index.reorder();
  // The word that was meant, with the rest of the query as it was typed.
  auto page = library.search("beatels -help type:audio");
  CHECK(page.query == "beatels -help type:audio");
  CHECK(page.searched_for == "beatles -help type:audio");
  CHECK(page.total == 2);
  // Two errors in a long word, none in one of four letters but one.
  CHECK(library.search("intrstelar").searched_for == "interstellar");
  CHECK(library.search("hepl").searched_for == "help");
  CHECK(library.search("hzlq").searched_for.empty());
  // A missing space; two words that are wrong.
  CHECK(library.search("darkside moon").searched_for == "dark side moon");
  CHECK(library.search("beatels yesterdya").searched_for == "beatles yesterday");
  // Numbers are meant as they are, and so is what leads nowhere.
  CHECK(library.search("2018").searched_for.empty());
  CHECK(library.search("beatels interstellar").searched_for.empty());
  CHECK(library.search("beatels interstellar").total == 0);
  // What is found for a query is not second-guessed, and no filter is.
  CHECK(library.search("beatles").searched_for.empty());
  CHECK(library.search("ext:flax").searched_for.empty());
}

TEST_CASE("The few hits for what was typed come before those for what may have been meant") {
  std::vector<std::string> paths{"m/Beetles of Europe.pdf"};
  for (int i = 0; i < 100; ++i) paths.push_back("m/Beatles " + std::to_string(i) + ".mp3");
  for (int i = 0; i < 50; ++i) paths.push_back("m/Beatle " + std::to_string(i) + ".mp3");
  Library library(paths);
  const auto page = library.search("beetles");
  CHECK(page.searched_for == "beatles");
  CHECK(page.total == 101);
  CHECK(page.hits.at(0).name == "Beetles of Europe.pdf");
  // And pages of it are parts of the whole.
  const auto second =
      library.index.search({"beetles", {30, "30"}, SortOrder::relevance, {}}).value();
  CHECK(second.searched_for == "beatles");
  CHECK(second.hits.at(0) == page.hits.at(30));
}

TEST_CASE("A correction tells nothing of files that one may not see") {
  Library library({"m/public.txt"});
  Change change;
  change.peer = {{1}};
  change.listing.path = "m/confidential.txt";
  change.listing.content.bytes[1] = 1;
  change.listing.audience = {false, {"staff"}, {}};
  REQUIRE(library.index.apply({"f", 1, 2, {change}}).ok());
  CHECK(library.search("confidentail").searched_for.empty());
  const Identity staff{"ann", {"staff"}, {}};
  const auto page = library.index.search({"confidentail", {}, SortOrder::relevance, staff});
  CHECK(page->searched_for == "confidential");
}

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

TEST_CASE("The first page counts types and sizes of all hits") {
  Library library({"m/song.mp3", "m/song.flac", "m/song.txt"});
  const auto page = library.index.search({"song", {1, {}}, SortOrder::relevance, {}}).value();
  REQUIRE(page.facets);
  CHECK(page.facets->types.at(static_cast<std::size_t>(MediaType::audio)) == 2);
  CHECK(page.facets->types.at(static_cast<std::size_t>(MediaType::document)) == 1);
  CHECK(page.facets->sizes.at(Facets::size_class(5'000'000)) == 3);
  CHECK(Facets::size_class(999'999) == 0);
  CHECK(Facets::size_class(1'000'000) == 1);
  CHECK(Facets::size_class(~std::uint64_t{0}) == 4);
  const auto next = library.index.search({"song", {1, page.next}, SortOrder::relevance, {}});
  CHECK_FALSE(next->facets);
  CHECK(names_of(*next).size() == 1);
}

TEST_CASE("Of many that match, the best are told, and that there are more") {
  std::vector<std::string> paths;
  for (int i = 0; i < 30; ++i) paths.push_back("m/song " + std::to_string(i));
  IndexFixture fixture;
  auto options = fixture.options();
  options.max_results = 10;
  Index index(std::move(options));
  Change change;
  change.kind = ChangeKind::present;
  change.peer = {{1}};
  ChangeBatch batch{"f", 0, 1, {change}};
  change.kind = ChangeKind::put;
  for (const auto& path : paths) {
    change.listing.path = path;
    ++change.listing.content.bytes[0];
    batch.changes.push_back(change);
  }
  REQUIRE(index.apply(batch).ok());
  const auto page = index.search({"song", {50, {}}, SortOrder::relevance, {}}).value();
  CHECK(page.total == 10);
  CHECK(page.has_more);
  CHECK(page.next.empty());
  CHECK_FALSE(index.search({"\"song 7\"", {}, SortOrder::relevance, {}})->has_more);
}
