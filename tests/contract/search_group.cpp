// Several searches as one keep the search contract, whether each has a part of the listings or all.
#include "host/search/group.h"
#include "swapmeet/system_clock.h"
#include "swapmeet/testing/catch.h"
#include "swapmeet/testing/search_contract.h"

namespace swapmeet::testing {
namespace {

enum class Share : std::uint8_t { all, half };

// Two searches that follow one feed; with halves, each is told of the contents that are its own.
class BothFollow final : public ChangeFollower {
 public:
  BothFollow(PluginUnderTest& first, PluginUnderTest& second, Share share)
      : plugins_{&first, &second}, share_(share) {}

  Result<FeedPosition> applied() override { return follower(0).applied(); }
  Result<void> apply(const ChangeBatch& batch) override {
    for (std::size_t member = 0; member < plugins_.size(); ++member) {
      auto part = batch;
      for (auto& change : part.changes)
        if (change.kind == ChangeKind::put && !is_of(member, change.listing.content))
          change.kind = ChangeKind::remove;  // what was there may have been of this one
      if (auto applied = follower(member).apply(part); !applied) return applied;
    }
    return {};
  }

 private:
  bool is_of(std::size_t member, const ContentId& content) const {
    return share_ == Share::all || content.bytes[1] % plugins_.size() == member;
  }
  ChangeFollower& follower(std::size_t member) {
    return *plugins_.at(member)->get<Search>().follower();
  }

  const std::array<PluginUnderTest*, 2> plugins_;
  const Share share_;
};

class Group final : public SearchSubject {
 public:
  explicit Group(Share share) : follower_(first_, second_, share) { start(); }
  ~Group() override { stop(); }
  Group(const Group&) = delete;
  Group& operator=(const Group&) = delete;
  Search& search() override { return group_; }
  ChangeFollower& follower() override { return follower_; }
  void restart() override {
    stop();
    start();
  }

 private:
  void start() {
    first_.start();
    second_.start();
    group_.set_members({std::make_shared<Member>("search.fts", first_.get<Search>(), gate_),
                        std::make_shared<Member>("search.memory", second_.get<Search>(), gate_)});
  }
  void stop() {
    group_.set_members({});
    first_.stop();
    second_.stop();
  }

  SystemClock clock_;
  Gate gate_{"search.both", [](std::string_view, std::string_view) {}};
  PluginUnderTest first_{PLUGINS "search_fts.so"};
  PluginUnderTest second_{PLUGINS "search_memory.so"};
  SearchGroup group_{{.clock = clock_,
                      .log = [](LogLevel, std::string_view, auto) {},
                      .deadline = [] { return std::chrono::minutes(5); },
                      .until_set = {},
                      .left_out = {}}};
  BothFollow follower_;
};

}  // namespace
}  // namespace swapmeet::testing

TEST_CASE("two searches that both have all listings keep the search contract as one") {
  using namespace swapmeet::testing;
  search_contract([] { return std::make_unique<Group>(Share::all); });
}

TEST_CASE("two searches that have half of the listings each keep the search contract as one") {
  using namespace swapmeet::testing;
  search_contract([] { return std::make_unique<Group>(Share::half); });
}
