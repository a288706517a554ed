// Typing errors: what is tried instead, and what the answer says of it.
#include "search/memory/correction.h"

#include "catch.h"
#include "unit/search_memory/library.h"

using namespace swapmeet;
using namespace swapmeet::search_memory;

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

TEST_CASE("Files that one may not see make no difference to what a typing error is taken for") {
  Library library({"m/budget.txt", "m/midget.txt"});
  std::vector<Change> hidden;
  for (std::uint8_t i = 0; i < 20; ++i) {
    Change change;
    change.revision = 2U + i;
    change.peer = {{1}};
    change.listing.path = "secret/budgte " + std::to_string(i) + ".txt";
    change.listing.content.bytes[1] = static_cast<std::uint8_t>(i + 1);
    change.listing.audience = {false, {"staff"}, {}};
    hidden.push_back(change);
  }
  REQUIRE(library.index.apply({"f", 1, 21, hidden}).ok());
  if (GENERATE(false, true)) library.index.reorder();
  // Known to the staff, it is no error for them; to others it is one, as it was before.
  CHECK(library.search("budgte").searched_for == "budget");
  const Identity staff{"ann", {"staff"}, {}};
  const auto page = library.index.search({"budgte", {}, SortOrder::relevance, staff});
  CHECK(page->searched_for.empty());
  CHECK(page->total == 20);
}
