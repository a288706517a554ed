#include "search/memory/rows.h"

#include "catch.h"

using swapmeet::search_memory::Rows;

TEST_CASE("A row that was given back is the next to be used, and empty") {
  Rows<int> rows;
  CHECK(rows.add() == 0);
  CHECK(rows.add() == 1);
  rows[0] = 10;
  rows[1] = 11;
  rows.give_back(0);
  CHECK(rows.size() == 2);
  CHECK(rows.add() == 0);
  CHECK(rows[0] == 0);
  CHECK(rows[1] == 11);
  CHECK(rows.add() == 2);
}
