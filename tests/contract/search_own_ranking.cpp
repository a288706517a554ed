// A search may rank by itself: the contract then holds it to a stable order and to all else.
#include "swapmeet/testing/catch.h"
#include "swapmeet/testing/search_contract.h"

namespace swapmeet::testing {
namespace {

// Whatever is asked for by relevance comes newest first.
class NewestFirst final : public Search {
 public:
  explicit NewestFirst(PluginUnderTest& plugin) : plugin_(plugin) {}
  Result<SearchPage> search(const SearchRequest& request) override {
    auto newest = request;
    if (newest.sort == SortOrder::relevance) newest.sort = SortOrder::newest;
    return plugin_.get<Search>().search(newest);
  }
  ChangeFollower* follower() override { return plugin_.get<Search>().follower(); }

 private:
  PluginUnderTest& plugin_;
};

class OwnRanking final : public SearchSubject {
 public:
  OwnRanking() { plugin_.start(); }
  Search& search() override { return newest_first_; }
  ChangeFollower& follower() override { return *newest_first_.follower(); }
  void restart() override { plugin_.restart(); }
  bool ranks_by_itself() const override { return true; }

 private:
  PluginUnderTest plugin_{PLUGINS "search_memory.so"};
  NewestFirst newest_first_{plugin_};
};

}  // namespace
}  // namespace swapmeet::testing

TEST_CASE("a search that shows the newest first keeps the search contract") {
  swapmeet::testing::search_contract(
      [] { return std::make_unique<swapmeet::testing::OwnRanking>(); });
}
