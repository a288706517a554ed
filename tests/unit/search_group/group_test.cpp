// Several searches asked as one: who is late, who fails, who is left out.
#include "host/search/group.h"

#include <atomic>
#include <thread>

#include "catch.h"
#include "swapmeet/system_clock.h"
#include "tests/unit/search_group/fake_search.h"

using namespace swapmeet;

namespace {

using Names = std::vector<std::string>;
using std::chrono::seconds;

class Tally final : public Counter {
 public:
  void add(std::uint64_t amount) noexcept override { count += amount; }
  std::atomic<std::uint64_t> count{0};
};

struct World {
  testing::ManualClock clock;
  std::shared_ptr<Tally> left_out = std::make_shared<Tally>();
  std::mutex mutex;
  Names logged;
  FakeSearch first;
  FakeSearch second;
  Gate gate{"search.any", [](std::string_view, std::string_view) {}};
  SearchGroup group{{.clock = clock,
                     .log =
                         [this](LogLevel, std::string_view message, auto fields) {
                           const std::lock_guard lock(mutex);
                           auto& line = logged.emplace_back(message);
                           for (const auto& field : fields)
                             line += ' ' + std::string(field.key) + '=' + field.value;
                         },
                     .deadline = [] { return seconds(5); },
                     .until_set = {},
                     .left_out = left_out}};

  World() {
    first.hits = {hit_of(1, 0.9), hit_of(2, 0.5)};
    second.hits = {hit_of(3, 0.7)};
    group.set_members({std::make_shared<Member>("search.first", first, gate),
                       std::make_shared<Member>("search.second", second, gate)});
  }
  ~World() {
    first.let_go();
    second.let_go();
    auto leaving = std::vector<std::shared_ptr<Leaving>>();
    for (const auto& member : group.members()) leaving.push_back(member->leaving());
    group.set_members({});
    SystemClock real;
    for (const auto& one : leaving) one->wait(real, seconds(60));
  }
  Result<SearchPage> ask(std::size_t limit = 50, const std::string& after = "") {
    return group.search({.query = "name", .page = {limit, after}, .viewer = {}});
  }
  // Asks, and turns the clock over the deadline once the first has answered and the second was
  // asked.
  Result<SearchPage> ask_over_time(int times) {
    std::thread turning([&] {
      first.wait_until_asked(times);
      while (!group.members().front()->lane().is_idle()) std::this_thread::yield();
      second.wait_until_asked(times);
      clock.advance(seconds(6));
    });
    auto found = ask();
    turning.join();
    return found;
  }
};

}  // namespace

TEST_CASE("a search alone is asked as it is, with its own cursors") {
  World world;
  world.group.set_members({world.group.members().front()});
  const auto page = world.ask(1).value();
  CHECK(names_of(page) == Names{"name 1"});
  CHECK(page.next == "1");
  CHECK(names_of(world.ask(1, "1").value()) == Names{"name 2"});
}

TEST_CASE("without a search that has started the group says so") {
  World world;
  world.group.set_members({});
  CHECK(world.ask().error().code == ErrorCode::unavailable);
}

TEST_CASE("two searches answer as one, page by page") {
  World world;
  auto page = world.ask(2).value();
  CHECK(names_of(page) == Names{"name 1", "name 3"});
  CHECK(page.left_out.empty());
  page = world.ask(2, page.next).value();
  CHECK(names_of(page) == Names{"name 2"});
  CHECK(page.next.empty());
}

TEST_CASE("one that fails costs its own hits, is named, counted, and logged once") {
  World world;
  world.second.error = unavailable("the index cannot be reached");
  for (int i = 0; i < 3; ++i) {
    const auto page = world.ask().value();
    CHECK(names_of(page) == Names{"name 1", "name 2"});
    CHECK(page.left_out == Names{"search.second the index cannot be reached"});
    CHECK(page.has_more);
  }
  CHECK(world.left_out->count == 3);
  CHECK(world.logged == Names{"a search is left out of answers plugin=search.second why=the index "
                              "cannot be reached"});
}

TEST_CASE("what a plugin's exception says is not for whoever searches") {
  World world;
  world.second.error = Error{ErrorCode::internal, "it threw an exception: /secret/path", {}};
  CHECK(world.ask().value().left_out == Names{"search.second failed"});
}

TEST_CASE("all failing is the first one's error") {
  World world;
  world.first.error = Error{ErrorCode::no_space, "first", {}};
  world.second.error = unavailable("second");
  CHECK(world.ask().error().message == "first");
}

TEST_CASE(
    "a query that one search does not take is asked of the others, and wrong if it is for all") {
  World world;
  world.first.error = Error{ErrorCode::invalid_argument, "there is no such filter", 5};
  const auto page = world.ask().value();
  CHECK(names_of(page) == Names{"name 3"});
  CHECK(page.left_out == Names{"search.first does not take this query: there is no such filter"});
  world.second.error = world.first.error;
  CHECK(world.ask().error().position == 5);
  CHECK(world.left_out->count == 0);
}

TEST_CASE(
    "one that is late costs its own hits, and the time of a deadline no more than three times") {
  World world;
  world.second.hold();
  for (int times = 1; times <= 3; ++times) {
    const auto page = world.ask_over_time(times).value();
    CHECK(names_of(page) == Names{"name 1", "name 2"});
    CHECK(page.left_out == Names{"search.second did not answer in time"});
  }
  // From now on nobody turns the clock: it is not waited for.
  CHECK(world.ask().value().left_out == Names{"search.second did not answer in time"});
  CHECK(world.left_out->count == 4);
  // It answers again, in time for this question, and is waited for from then on.
  world.second.let_go();
  world.second.wait_until_asked(4);
  while (world.group.members().back()->lags()) std::this_thread::yield();
  CHECK(names_of(world.ask().value()) == Names{"name 1", "name 3", "name 2"});
}

TEST_CASE("a search that hangs in every thread of its lane is left out at once") {
  World world;
  world.second.hold();
  for (int times = 1; times <= 3; ++times) CHECK(world.ask_over_time(times).ok());
  for (int i = 0; i < 200; ++i) CHECK(names_of(world.ask().value()) == Names{"name 1", "name 2"});
}

TEST_CASE("a member that is replaced is left when the last call has returned from it") {
  World world;
  const auto leaving = world.group.members().back()->leaving();
  world.second.hold();
  std::thread asking([&] { CHECK(names_of(world.ask().value()).size() == 3); });
  world.second.wait_until_asked(1);
  world.group.set_members({world.group.members().front()});
  CHECK(names_of(world.ask().value()) == Names{"name 1", "name 2"});
  SystemClock real;
  CHECK_FALSE(leaving->wait(real, std::chrono::milliseconds(1)));
  world.second.let_go();
  asking.join();
  CHECK(leaving->wait(real, seconds(60)));
}

TEST_CASE("suggestions of several are put together, without those that fail") {
  World world;
  world.first.suggestions = {"live at", "live in"};
  world.second.suggestions = {"live in", "liver"};
  const auto suggest = [&] { return world.group.suggest({"live", 10, {}}).value(); };
  CHECK(suggest() == Names{"live at", "live in", "liver"});
  world.first.error = unavailable("away");
  CHECK(suggest() == Names{"live in", "liver"});
}

TEST_CASE("who listens hears of first pages alone") {
  World world;
  Names heard;
  world.group.listen([&](const SearchRequest& request, const SearchPage& page, auto) {
    heard.push_back(request.query + ' ' + std::to_string(page.hits.size()));
  });
  const auto page = world.ask(2).value();
  CHECK(world.ask(2, page.next).ok());
  CHECK(heard == Names{"name 2"});
  world.group.listen({});
  CHECK(world.ask().ok());
  CHECK(heard.size() == 1);
}
