#include "search/memory/content_table.h"

#include "catch.h"

using namespace swapmeet;
using namespace swapmeet::search_memory;

namespace {

ContentId id(std::uint8_t n) {
  ContentId id;
  id.bytes[0] = n;
  return id;
}

}  // namespace

TEST_CASE("A content has one number, which is given away again when it is forgotten") {
  ContentTable contents(7);
  const auto one = contents.number_of(id(1), 100);
  const auto two = contents.number_of(id(2), 200);
  CHECK(one != two);
  CHECK(contents.number_of(id(1), 100) == one);
  CHECK(contents[two].size == 200);
  contents.forget(one);
  CHECK(contents.number_of(id(3), 300) == one);
  CHECK(contents[one].id == id(3));
  CHECK(contents[one].size == 300);
  CHECK(contents.number_of(id(2), 200) == two);
  CHECK(contents.number_of(id(1), 100) == 2);
}

TEST_CASE("Only peers that are present are sources") {
  ContentTable contents(7);
  const auto content = contents.number_of(id(1), 100);
  contents.hold(content, 10, 1, true);
  contents.hold(content, 11, 1, false);
  CHECK(contents.sources(content) == 1);
  contents.flip(content, 11, 1, true);
  CHECK(contents.sources(content) == 2);
  contents.flip(content, 10, 1, false);
  CHECK(contents.sources(content) == 1);
  contents.let_go(content, 10, 1, false);
  CHECK(contents.sources(content) == 1);
  contents.let_go(content, 11, 1, true);
  CHECK(contents.sources(content) == 0);
}

TEST_CASE("A peer with several documents of a content is one source, however they come and go") {
  ContentTable contents(7);
  const auto content = contents.number_of(id(1), 100);
  for (const Number document : {5U, 3U, 4U}) contents.hold(content, 10, document, true);
  contents.hold(content, 11, 3, true);
  CHECK(contents.sources(content) == 2);
  for (const Number document : {5U, 3U, 4U}) contents.flip(content, 10, document, false);
  CHECK(contents.sources(content) == 1);
  for (const Number document : {3U, 4U, 5U}) contents.flip(content, 10, document, true);
  CHECK(contents.sources(content) == 2);
  contents.let_go(content, 10, 3, true);
  contents.let_go(content, 10, 5, true);
  CHECK(contents.sources(content) == 2);
  contents.let_go(content, 10, 4, true);
  CHECK(contents.sources(content) == 1);
}

TEST_CASE("Sources are counted for a viewer by the documents that are visible") {
  ContentTable contents(7);
  const auto content = contents.number_of(id(1), 100);
  contents.hold(content, 10, 1, true);
  contents.hold(content, 10, 2, true);
  contents.hold(content, 11, 2, true);
  contents.hold(content, 12, 1, true);
  const auto count = [&](Number absent, Number hidden) {
    return contents.count(
        content, [&](Number peer) { return peer != absent; },
        [&](Number document) { return document != hidden; });
  };
  CHECK(count(kNone, kNone) == 3);
  CHECK(count(kNone, 1) == 2);
  CHECK(count(kNone, 2) == 2);
  CHECK(count(10, 2) == 1);
}

TEST_CASE("A content is restricted while one of its documents is") {
  ContentTable contents(7);
  const auto content = contents.number_of(id(1), 100);
  CHECK_FALSE(contents.is_restricted(content));
  contents.restrict(content, 1);
  contents.restrict(content, 1);
  contents.restrict(content, -1);
  CHECK(contents.is_restricted(content));
  contents.restrict(content, -1);
  CHECK_FALSE(contents.is_restricted(content));
}
