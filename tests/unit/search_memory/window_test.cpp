#include "search/memory/window.h"

#include <memory>
#include <vector>

#include "catch.h"

using swapmeet::search_memory::Window;

namespace {

std::vector<std::uint32_t> places(const Window& window) {
  std::vector<std::uint32_t> places;
  for (auto at = window.next(0); at < Window::kRanks; at = window.next(at + 1))
    places.push_back(at);
  return places;
}

Window window_of(const std::vector<std::uint32_t>& places) {
  Window window;
  for (const auto place : places) window.set(place);
  return window;
}

using Places = std::vector<std::uint32_t>;

}  // namespace

TEST_CASE("A rank is in a window and at a place") {
  CHECK(Window::of(0) == 0);
  CHECK(Window::of(65'535) == 0);
  CHECK(Window::of(65'536) == 1);
  CHECK(Window::place(65'535) == 65'535);
  CHECK(Window::place(65'537) == 1);
}

TEST_CASE("Places that are set are found in order, also at the ends of words and of the window") {
  const Places set{0, 1, 63, 64, 127, 4096, 65'534, 65'535};
  CHECK(places(window_of(set)) == set);
  CHECK(places(Window()).empty());
  CHECK(window_of(set).next(65'535) == 65'535);
  CHECK(window_of(set).next(65'536) == Window::kRanks);
  CHECK(window_of({5}).next(6) == Window::kRanks);
}

TEST_CASE("A window is filled up to any place") {
  Window window;
  window.set(60'000);
  for (const std::uint32_t count : {0U, 1U, 63U, 64U, 65U, 128U, 65'535U, 65'536U}) {
    CAPTURE(count);
    window.fill(count);
    const auto set = places(window);
    CHECK(set.size() == count);
    CHECK((count == 0 || set.back() == count - 1));
  }
  window.clear();
  CHECK(places(window).empty());
}

TEST_CASE("Windows are intersected, and taken away from each other") {
  auto window = window_of({1, 64, 200, 65'535});
  window.keep(window_of({1, 2, 200, 65'535}));
  CHECK(places(window) == Places{1, 200, 65'535});
  window.take_away(window_of({0, 200}));
  CHECK(places(window) == Places{1, 65'535});
  window.add_word(1, 0b101);
  CHECK(places(window) == Places{1, 64, 66, 65'535});
}
