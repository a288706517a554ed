#include "search/memory/id_table.h"

#include <random>
#include <set>
#include <vector>

#include "catch.h"

using swapmeet::search_memory::IdTable;

namespace {

// Keys are the numbers themselves; few hashes, so that most of them collide.
struct Numbers {
  explicit Numbers(std::uint64_t different_hashes) : hashes(different_hashes) {}
  std::uint64_t hash(std::uint32_t number) const { return number % hashes; }
  bool has(std::uint32_t number) const {
    const auto found = table.find(hash(number), [&](std::uint32_t one) { return one == number; });
    return found == number;
  }
  void insert(std::uint32_t number) {
    table.insert(number, [this](std::uint32_t one) { return hash(one); });
  }
  void erase(std::uint32_t number) {
    table.erase(number, [this](std::uint32_t one) { return hash(one); });
  }
  std::uint64_t hashes;
  IdTable table;
};

}  // namespace

TEST_CASE("An empty table finds nothing") {
  const IdTable table;
  CHECK(table.find(5, [](std::uint32_t) { return true; }) == IdTable::kNone);
  CHECK(table.size() == 0);
}

TEST_CASE("A table that has room from the start holds as many") {
  Numbers numbers(1000);
  numbers.table.reserve(1000);
  for (std::uint32_t number = 0; number < 1000; ++number) numbers.insert(number);
  for (std::uint32_t number = 0; number < 1000; ++number) REQUIRE(numbers.has(number));
  CHECK_FALSE(numbers.has(1000));
}

TEST_CASE("Whatever is put in and taken out, a table finds what is there and nothing else") {
  for (const std::uint64_t hashes : {1U, 7U, 100'000U}) {
    CAPTURE(hashes);
    std::mt19937 random(3);
    Numbers numbers(hashes);
    std::set<std::uint32_t> there;
    for (int round = 0; round < 600; ++round) {
      const auto number = static_cast<std::uint32_t>(random() % 200);
      if (there.insert(number).second) {
        numbers.insert(number);
      } else {
        there.erase(number);
        numbers.erase(number);
      }
      REQUIRE(numbers.table.size() == there.size());
    }
    for (std::uint32_t number = 0; number < 200; ++number)
      REQUIRE(numbers.has(number) == there.contains(number));
  }
}
