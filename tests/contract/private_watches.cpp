// A watch hears of what its viewer may see when it appears, and of nothing else, whatever is
// announced for whom and however groups change.
#include <condition_variable>
#include <map>
#include <mutex>
#include <random>

#include "host/feed/feed_watches.h"
#include "swapmeet/matching.h"
#include "swapmeet/system_clock.h"
#include "swapmeet/testing/catch.h"
#include "swapmeet/testing/plugin_under_test.h"

namespace swapmeet::testing {
namespace {

const std::string kToken(32, 't');
const auto kPeer = *PeerId::parse(std::string(32, '1'));

class Watching {
 public:
  Watching() {
    plugin_.start();
    REQUIRE(registry().enroll({kPeer, "p1", "127.0.0.1", 6699, true, kToken}, {}).ok());
    watches_ = std::make_unique<FeedWatches>(
        registry(), [](LogLevel, std::string_view, std::initializer_list<LogField>) {}, clock_, 1);
    end_ = watches_
               ->watch({"endofbatch", {}},
                       [this](const Match&) {
                         const std::lock_guard lock(mutex_);
                         ++ends_;
                         heard_.notify_all();
                       })
               .value();
  }
  ~Watching() {
    watches_->stop();
    listeners_.clear();
    end_.reset();
  }

  Registry& registry() { return plugin_.get<Registry>(); }

  void watch(const std::string& name, const std::string& query, const Identity& viewer) {
    listeners_[name] = watches_
                           ->watch({query, viewer},
                                   [this, name](const Match& match) {
                                     const std::lock_guard lock(mutex_);
                                     matches_[name].push_back(match.path);
                                   })
                           .value();
  }
  // What each watch heard of these, and of no others, by the time all are told.
  std::map<std::string, std::vector<std::string>> announce(std::vector<Listing> listings) {
    listings.emplace_back().path = "end/endofbatch.txt";
    std::vector<Change> changes;
    const auto base = revision_;
    for (auto& listing : listings) {
      auto& change = changes.emplace_back();
      change.revision = ++revision_;
      change.listing = std::move(listing);
    }
    REQUIRE(registry().announce(kPeer, kToken, {"feed", base, revision_, changes}).ok());
    std::unique_lock lock(mutex_);
    ++expected_ends_;
    REQUIRE(
        heard_.wait_for(lock, std::chrono::seconds(60), [&] { return ends_ == expected_ends_; }));
    return std::exchange(matches_, {});
  }

 private:
  PluginUnderTest plugin_{PLUGINS "registry_sqlite.so"};
  SystemClock clock_;
  std::unique_ptr<FeedWatches> watches_;
  std::map<std::string, Registration> listeners_;
  Registration end_;
  Revision revision_ = 0;
  std::mutex mutex_;  // guards all below
  std::condition_variable heard_;
  int ends_ = 0;
  int expected_ends_ = 0;
  std::map<std::string, std::vector<std::string>> matches_;
};

}  // namespace
}  // namespace swapmeet::testing

TEST_CASE("a watch hears of what its viewer may see, and of nothing else") {
  using namespace swapmeet;
  testing::Watching watching;
  std::mt19937_64 random(3);
  const auto chance = [&](unsigned one_in) { return random() % one_in == 0; };
  std::map<std::string, std::pair<std::string, Identity>> watches{
      {"ann", {"red", {.account = "ann", .groups = {}, .roles = {}}}},
      {"bob", {"re*", {.account = "bob", .groups = {}, .roles = {}}}},
      {"cyd", {"type:audio", {.account = "cyd", .groups = {}, .roles = {}}}},
      {"guest", {"red", {}}},
      {"root", {"-blue red", {.account = "root", .groups = {}, .roles = {"admin"}}}}};
  for (const auto& [name, one] : watches) watching.watch(name, one.first, one.second);
  for (int step = 0; step < 500; ++step) {
    INFO("step " << step);
    for (auto& [name, one] : watches) {
      if (one.second.is_guest() || !chance(5)) continue;
      one.second.groups.clear();
      for (const char* group : {"friends", "club"})
        if (chance(2)) one.second.groups.emplace_back(group);
      watching.watch(name, one.first, one.second);
    }
    std::vector<Listing> listings;
    for (int count = 0; count < 3; ++count) {
      auto& listing = listings.emplace_back();
      listing.path = std::string("s/") + (chance(2) ? "red " : "blue ") +
                     (chance(2) ? "red " : "") + std::to_string(random() % 20) + ".mp3";
      listing.content.bytes[0] = static_cast<std::uint8_t>(random());
      listing.size = 10;
      if (chance(4)) listing.have = 5;
      if (chance(3)) continue;
      listing.audience.everyone = false;
      for (const char* group : {"friends", "club"})
        if (chance(2)) listing.audience.groups.emplace_back(group);
      if (chance(2)) listing.audience.accounts.emplace_back("ann");
    }
    // One that is replaced in the same batch may be told once, as it is at its end.
    std::map<std::string, Listing> last;
    for (const auto& listing : listings) last[listing.path] = listing;
    std::vector<Listing> once;
    for (const auto& [path, listing] : last) once.push_back(listing);
    std::map<std::string, std::vector<std::string>> expected;
    for (const auto& listing : once)
      for (const auto& [name, one] : watches)
        if (!is_partial(listing) && listing.audience.admits(one.second) &&
            matches(parse_query(one.first).value(), listing, testing::kPeer, "p1"))
          expected[name].push_back(listing.path);
    CHECK(watching.announce(once) == expected);
  }
}
