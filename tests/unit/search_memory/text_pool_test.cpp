#include "search/memory/text_pool.h"

#include <string>
#include <vector>

#include "catch.h"

using swapmeet::search_memory::IdTable;
using swapmeet::search_memory::TextPool;

TEST_CASE("A text has one number, whoever asks, and the number has the text") {
  TextPool pool;
  const auto song = pool.number_of("song");
  const auto empty = pool.number_of("");
  CHECK(pool.number_of("film") != song);
  CHECK(pool.number_of("song") == song);
  CHECK(pool.find("song") == song);
  CHECK(pool.find("") == empty);
  CHECK(pool.find("son") == IdTable::kNone);
  CHECK(pool.text(song) == "song");
  CHECK(pool.text(empty).empty());
}

TEST_CASE("Texts of any length stay where they are, however many come") {
  TextPool pool;
  const std::string longest(65'535, 'x');
  const auto first = pool.text(pool.number_of(longest));
  const auto* place = first.data();
  for (int i = 0; i < 40; ++i) pool.number_of(std::string(60'000, 'a') + std::to_string(i));
  for (int i = 0; i < 1000; ++i) pool.number_of(std::to_string(i));
  CHECK(pool.text(pool.find(longest)).data() == place);
  CHECK(first == longest);
  CHECK(pool.text(pool.find("777")) == "777");
}
