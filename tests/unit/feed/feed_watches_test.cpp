// Watches over a feed: which changes they are told of.
#include "host/feed/feed_watches.h"

#include <array>
#include <condition_variable>

#include "catch.h"
#include "swapmeet/testing/empty_registry.h"
#include "swapmeet/testing/manual_clock.h"

using namespace swapmeet;

namespace {

PeerId peer_number(std::uint8_t number) {
  PeerId id;
  id.bytes[0] = number;
  return id;
}

class Feed final : public ChangeFeed {
 public:
  Result<FeedState> state() override {
    const std::lock_guard lock(mutex_);
    ++asked_;
    was_asked_.notify_all();
    return FeedState{name_, 0, changes_.size()};
  }
  Result<ChangeBatch> changes_after(Revision after, std::size_t limit) override {
    const std::lock_guard lock(mutex_);
    if (after > changes_.size()) return Error{ErrorCode::conflict, "not yet", {}};
    const auto upto = std::min<Revision>(changes_.size(), after + limit);
    ChangeBatch batch{name_, after, upto, {}};
    batch.changes.assign(changes_.begin() + static_cast<std::ptrdiff_t>(after),
                         changes_.begin() + static_cast<std::ptrdiff_t>(upto));
    return batch;
  }
  Registration on_advance(std::function<void()> wake) override {
    wake_ = std::move(wake);
    return {};
  }
  void put(const std::string& path, const Audience& audience = {}, std::uint64_t size = 5,
           const std::map<std::string, std::string>& attributes = {}) {
    Change change;
    change.peer = peer_number(1);
    change.listing.path = path;
    change.listing.size = size;
    change.listing.audience = audience;
    change.listing.attributes = attributes;
    {
      const std::lock_guard lock(mutex_);
      change.revision = changes_.size() + 1;
      changes_.push_back(std::move(change));
    }
    if (wake_) wake_();
  }
  void start_over(const std::string& name) {
    {
      const std::lock_guard lock(mutex_);
      name_ = name;
      asked_ = 0;
    }
    wake_();
  }
  // Waits until its reader has noticed that it started over: asks, follows (asks), asks for more.
  void await_reader() {
    std::unique_lock lock(mutex_);
    was_asked_.wait(lock, [&] { return asked_ >= 3; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable was_asked_;
  int asked_ = 0;  // how it stands, since it started over
  std::string name_ = "f";
  std::vector<Change> changes_;
  std::function<void()> wake_;
};

class WatchedRegistry final : public testing::EmptyRegistry {
 public:
  Result<PeerRecord> peer(const PeerId& id, const Identity&) override {
    PeerRecord record;
    record.id = id;
    record.name = "ann";
    return record;
  }
  ChangeFeed* feed() override { return &feed_; }
  Feed feed_;
};

// The paths that a watch was told of.
struct Heard {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::string> paths;
  auto listener() {
    return [this](const Match& match) {
      const std::lock_guard lock(mutex);
      paths.push_back(match.path);
      changed.notify_all();
    };
  }
  std::size_t count() {
    const std::lock_guard lock(mutex);
    return paths.size();
  }
  // Waits until the last of them has come.
  bool hears(const std::vector<std::string>& all) {
    std::unique_lock lock(mutex);
    changed.wait_for(lock, std::chrono::seconds(30), [&] { return paths.size() >= all.size(); });
    return paths == all;
  }
};

struct World {
  WatchedRegistry registry;
  testing::ManualClock clock;
  FeedWatches watches{registry, [](LogLevel, std::string_view, auto) {}, clock, 1};
  Registration watch(const std::string& query, Heard& heard, const Identity& who = {}) {
    auto added = watches.watch({query, who}, heard.listener());
    REQUIRE(added.ok());
    return std::move(*added);
  }
};

}  // namespace

TEST_CASE("a watch is told of what appears from now on, and matches") {
  World world;
  world.registry.feed_.put("music/old song.mp3");
  Heard song;
  Heard beginning;
  Heard audio;
  Heard of_ann;
  Heard not_live;
  const std::array<Registration, 5> all{
      world.watch("song", song), world.watch("so*", beginning), world.watch("type:audio", audio),
      world.watch("song peer:ann", of_ann), world.watch("song -live", not_live)};
  for (const auto* path :
       {"music/new song.mp3", "sonata/a.txt", "song/live.flac", "x/end song.txt"})
    world.registry.feed_.put(path);
  CHECK(song.hears({"music/new song.mp3", "song/live.flac", "x/end song.txt"}));
  CHECK(
      beginning.hears({"music/new song.mp3", "sonata/a.txt", "song/live.flac", "x/end song.txt"}));
  CHECK(audio.hears({"music/new song.mp3", "song/live.flac"}));
  CHECK(of_ann.hears({"music/new song.mp3", "song/live.flac", "x/end song.txt"}));
  CHECK(not_live.hears({"music/new song.mp3", "x/end song.txt"}));
}

TEST_CASE("a watch may ask for attributes, and waits under their words") {
  World world;
  Heard nina;
  Heard sim;
  Heard short_ones;
  Heard both;
  const std::array<Registration, 4> all{
      world.watch("artist:nina", nina), world.watch("artist:\"nina sim*\" -length>11m", sim),
      world.watch("length<3m", short_ones), world.watch("song attr.mood:calm", both)};
  auto& feed = world.registry.feed_;
  feed.put("m/1.mp3", {}, 5, {{"artist", "Nina Simone"}, {"length", "622"}});
  feed.put("m/artist nina.mp3", {}, 5, {{"title", "Nina"}});
  feed.put("m/2.mp3", {}, 5, {{"artist", "Nina Simone"}, {"length", "700"}, {"mood", "calm"}});
  feed.put("m/song.mp3", {}, 5, {{"length", "170"}, {"mood", "Calm"}});
  feed.put("m/3.mp3", {}, 5, {{"artist", "Nina Hagen"}, {"length", "2"}});
  CHECK(nina.hears({"m/1.mp3", "m/2.mp3", "m/3.mp3"}));
  CHECK(sim.hears({"m/1.mp3"}));
  CHECK(short_ones.hears({"m/song.mp3", "m/3.mp3"}));
  CHECK(both.hears({"m/song.mp3"}));
}

TEST_CASE("a watch hears only what its owner may see") {
  World world;
  Heard guest;
  Heard friend_of_ann;
  const std::array<Registration, 2> both{
      world.watch("song", guest),
      world.watch("song", friend_of_ann, {"bob", {"friends"}, {}, false})};
  world.registry.feed_.put("song 1", {false, {"friends"}, {}});
  world.registry.feed_.put("song 2");
  CHECK(friend_of_ann.hears({"song 1", "song 2"}));
  CHECK(guest.hears({"song 2"}));
}

TEST_CASE("a file is told once to a watch, however many of its words begin as the query says") {
  World world;
  Heard heard;
  Heard longer;
  const std::array<Registration, 2> both{world.watch("so*", heard), world.watch("sona*", longer)};
  for (const auto* path : {"song/so sonata sonar.txt", "sonata/song.txt", "s/last so.txt"})
    world.registry.feed_.put(path);
  CHECK(heard.hears({"song/so sonata sonar.txt", "sonata/song.txt", "s/last so.txt"}));
  CHECK(longer.hears({"song/so sonata sonar.txt", "sonata/song.txt"}));
}

TEST_CASE("a watch that ended hears no more, and one that comes later hears nothing old") {
  World world;
  Heard first;
  Heard second;
  auto ended = world.watch("song", first);
  world.registry.feed_.put("song 1");
  CHECK(first.hears({"song 1"}));
  ended.reset();
  world.registry.feed_.put("song 2");
  const auto later = world.watch("song", second);
  world.registry.feed_.put("song 3");
  CHECK(second.hears({"song 3"}));
  CHECK(first.count() == 1);
}

TEST_CASE("a registry that has lost its store brings no old files back as new ones") {
  World world;
  Heard heard;
  const auto watch = world.watch("song", heard);
  world.registry.feed_.put("song 1");
  CHECK(heard.hears({"song 1"}));
  world.registry.feed_.start_over("g");
  world.registry.feed_.await_reader();
  world.registry.feed_.put("song 2");
  CHECK(heard.hears({"song 1", "song 2"}));
}

TEST_CASE("what is wrong with a query is said, and watches for everything of a kind are few") {
  World world;
  const auto ignore = [](const Match&) {};
  CHECK(world.watches.watch({"size>huge", {}}, ignore).error().position.has_value());
  CHECK(world.watches.watch({"live atrist:nina", {}}, ignore).error().position == 5U);
  std::vector<Registration> all;
  for (std::size_t i = 0; i < FeedWatches::kMostWithoutWord; ++i)
    all.push_back(std::move(world.watches.watch({"type:audio", {}}, ignore).value()));
  CHECK(world.watches.watch({"type:audio", {}}, ignore).error().code == ErrorCode::too_many);
  CHECK(world.watches.watch({"song type:audio", {}}, ignore).ok());
  CHECK(world.watches.watch({"artist:nina", {}}, ignore).ok());
  all.pop_back();
  CHECK(world.watches.watch({"type:audio", {}}, ignore).ok());
}
