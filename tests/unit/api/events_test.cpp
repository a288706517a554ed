#include <condition_variable>

#include "fakes.h"
#include "host/api/event_streams.h"

using namespace swapmeet;
using namespace swapmeet::testing;
using namespace std::chrono_literals;

namespace {

class Reader : public http::StreamWriter {
 public:
  bool write(std::string_view bytes) override {
    const std::lock_guard lock(mutex_);
    if (gone_) return false;
    heard_ += bytes;
    changed_.notify_all();
    return true;
  }
  void close() override {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  bool hears(const std::string& text) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 10s, [&] { return heard_.find(text) != std::string::npos; });
  }
  std::string heard() {
    const std::lock_guard lock(mutex_);
    return heard_;
  }
  void leave() {
    const std::lock_guard lock(mutex_);
    gone_ = true;
  }
  bool closed() {
    const std::lock_guard lock(mutex_);
    return closed_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string heard_;
  bool gone_ = false;
  bool closed_ = false;
};

}  // namespace

TEST_CASE("events reach their readers, a line of data each") {
  World world;
  const auto owner = std::make_shared<Reader>();
  const auto guest = std::make_shared<Reader>();
  {
    const Api api(world.all());
    auto open = [&](const std::shared_ptr<Reader>& reader, http::Request request) {
      auto response = world.call("GET", "/api/v1/events", "", std::move(request));
      CHECK(*response.headers.find("Content-Type") == "text/event-stream");
      std::get<http::StreamBody>(response.body).opened(reader);
    };
    open(owner, World::admin());
    open(guest, World::guest());
    world.events.publish({"download", {{"id", std::string("1")}}});
    world.events.publish({"peer"});
    CHECK(owner->hears("event: download\ndata: {\"id\":\"1\"}\n\n"));
    CHECK(guest->hears("event: peer\ndata: {}\n\n"));
    CHECK(guest->heard().find("download") == std::string::npos);
  }
  CHECK(owner->closed());
}

TEST_CASE("what a watch finds is told to those who follow it, and to nobody else") {
  World world;
  const auto follower = std::make_shared<Reader>();
  const auto owner = std::make_shared<Reader>();
  const Api api(world.all());
  const auto open = [&](const std::shared_ptr<Reader>& reader, const std::string& target) {
    auto response = world.call("GET", target);
    REQUIRE(response.status == 200);
    std::get<http::StreamBody>(response.body).opened(reader);
  };
  CHECK(world.call("GET", "/api/v1/events?watch=1").status == 404);
  const auto wrong = world.call("POST", "/api/v1/watches", R"({"query":"("})");
  CHECK(wrong.status == 400);
  const auto made = world.call("POST", "/api/v1/watches", R"({"query":"a"})");
  REQUIRE(made.status == 201);
  const std::string id = parsed(made)["id"].GetString();
  open(follower, "/api/v1/events?watch=" + id);
  open(owner, "/api/v1/events");
  world.watches.found_.at("a")({content_id(), "a.flac", "music/a.flac", 5, MediaType::audio, {}});
  world.events.publish({"peer"});
  CHECK(follower->hears("event: match\ndata: {\"content\":\"" + kContent));
  CHECK(owner->hears("event: peer"));
  CHECK(owner->heard().find("match") == std::string::npos);
  CHECK(follower->heard().find("peer\ndata") == std::string::npos);
  CHECK(world.call("DELETE", "/api/v1/watches/" + id).status == 204);
  CHECK(world.watches.found_.empty());
  CHECK(world.call("DELETE", "/api/v1/watches/" + id).status == 404);
}

TEST_CASE("a heartbeat reaches idle readers, and one that left is forgotten") {
  EventBus bus;
  ManualClock clock;
  EventStreams streams(bus, clock, 15s);
  const auto reader = std::make_shared<Reader>();
  streams.add(reader, true);
  clock.await_waiters(1);
  CHECK(reader->heard() == ": events\n\n");
  clock.advance(15s);
  CHECK(reader->hears("\n:\n\n"));
  reader->leave();
  bus.publish({"peer"});
  CHECK(streams.size() == 0);
}
