// The search contract as a Catch2 suite: what every Search must do, checked. One line instantiates
// it for a plugin:
//
//   TEST_CASE("search.mine keeps the search contract") {
//     swapmeet::testing::search_contract(
//         [] { return swapmeet::testing::search_plugin(PLUGIN_FILE); });
//   }
//
// Threads: the test's own; Catch2 runs the test case once for each section of the suite.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>

#include "swapmeet/search.h"
#include "swapmeet/testing/plugin_under_test.h"

namespace swapmeet::testing {

// A search with nothing in it, and the way that listings get into it.
class SearchSubject {
 public:
  virtual ~SearchSubject() = default;
  virtual Search& search() = 0;
  // Its own follower, or that of the index that it asks.
  virtual ChangeFollower& follower() = 0;
  // Stops it and starts it again over the same data.
  virtual void restart() = 0;
  // True for one that asks an index as itself: who the viewer is does not reach the index.
  virtual bool asks_as_guest() const { return false; }
  // True for one whose relevance is its own and not that of hits.h: then the order must only be
  // stable, and the other orders what they are called.
  virtual bool ranks_by_itself() const { return false; }
};

using MakeSearch = std::function<std::unique_ptr<SearchSubject>()>;

void search_contract(const MakeSearch& make);

// Whether hits come in the order of hits.h, or in one that the search has thought of itself.
enum class Ranking : std::uint8_t { of_hits_h, of_its_own };

// A plugin that has a follower of its own.
std::unique_ptr<SearchSubject> search_plugin(const std::filesystem::path& file,
                                             const RawSettings& settings = {},
                                             Ranking ranking = Ranking::of_hits_h);

}  // namespace swapmeet::testing
