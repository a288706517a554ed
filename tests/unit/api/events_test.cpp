#include <condition_variable>

#include "fakes.h"
#include "host/api/event_streams.h"
#include "swapmeet/event_topics.h"

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
    world.events.publish({"peer.left"});
    CHECK(owner->hears("event: download\ndata: {\"id\":\"1\"}\nid: "));
    CHECK(guest->hears("event: peer.left\ndata: {}\nid: "));
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
  const auto checking = world.events.subscribe(
      [](const Event& event) { CHECK((event.watch.empty() || check_event(event))); });
  world.watches.found_.at("a")({content_id(), "a.flac", "music/a.flac", 5, MediaType::audio, {}});
  world.events.publish({"peer.left"});
  CHECK(follower->hears("event: match\ndata: {\"content\":\"" + kContent));
  Match tagged{content_id(), "a.flac", "music/a.flac", 5, MediaType::audio, {}};
  tagged.attributes = {{"artist", "nina"}};
  world.watches.found_.at("a")(tagged);
  CHECK(follower->hears(R"("attributes":{"artist":"nina"}})"));
  const auto heard = follower->heard();
  const auto data = heard.rfind("data: ") + 6;
  const auto read = wire::from_json<Match>(heard.substr(data, heard.find('\n', data) - data));
  REQUIRE(read.ok());
  CHECK(read->attributes == tagged.attributes);
  CHECK(owner->hears("event: peer.left"));
  CHECK(owner->heard().find("match") == std::string::npos);
  CHECK(follower->heard().find("peer.left\ndata") == std::string::npos);
  CHECK(world.call("DELETE", "/api/v1/watches/" + id).status == 204);
  CHECK(world.watches.found_.empty());
  CHECK(world.call("DELETE", "/api/v1/watches/" + id).status == 404);
}

TEST_CASE("a heartbeat reaches idle readers, and one that left is forgotten") {
  EventBus bus;
  ManualClock clock;
  EventStreams streams(bus, clock, 15s);
  const auto reader = std::make_shared<Reader>();
  streams.add(reader, {.owner = true});
  clock.await_waiters(1);
  CHECK(reader->heard() == ": events\n\n");
  clock.advance(15s);
  CHECK(reader->hears("\n:\n\n"));
  reader->leave();
  bus.publish({"peer.left"});
  CHECK(streams.size() == 0);
}

namespace {

// The topics in a stream, in order.
std::vector<std::string> topics_in(const std::string& stream) {
  std::vector<std::string> topics;
  const std::string field = "event: ";
  for (auto at = stream.find(field); at != std::string::npos; at = stream.find(field, at + 1))
    topics.push_back(stream.substr(at + field.size(), stream.find('\n', at) - at - field.size()));
  return topics;
}

std::string last_id_in(const std::string& stream) {
  const auto at = stream.rfind("\nid: ");
  return stream.substr(at + 5, stream.find('\n', at + 1) - at - 5);
}

using Topics = std::vector<std::string>;

}  // namespace

TEST_CASE("of all topics a guest is sent those that are for everyone, the owner all but matches") {
  EventBus bus;
  ManualClock clock;
  EventStreams streams(bus, clock, 15s);
  const auto guest = std::make_shared<Reader>();
  const auto owner = std::make_shared<Reader>();
  streams.add(guest, {});
  streams.add(owner, {.owner = true});
  Topics for_guests;
  Topics for_owner;
  for (const auto& topic : event_topics()) {
    const bool is_match = topic.readers == EventReaders::watch;
    bus.publish({std::string(topic.name), {}, is_match ? "1" : ""});
    if (topic.readers == EventReaders::everyone) for_guests.emplace_back(topic.name);
    if (!is_match) for_owner.emplace_back(topic.name);
  }
  bus.publish({"extension.mine.counted"});
  for_owner.emplace_back("extension.mine.counted");
  CHECK(topics_in(guest->heard()) == for_guests);
  CHECK(for_guests == Topics{"peer.joined", "peer.left", "peer.lapsed"});
  CHECK(topics_in(owner->heard()) == for_owner);
}

TEST_CASE("a reader that asks for topics is sent these and their families, and nothing else") {
  World world;
  const Api api(world.all());
  const auto reader = std::make_shared<Reader>();
  const auto open = [&](const std::string& target, http::Request request) {
    auto response = world.call("GET", target, "", std::move(request));
    REQUIRE(response.status == 200);
    std::get<http::StreamBody>(response.body).opened(reader);
  };
  open("/api/v1/events?topics=peer,download.ended,extension.mine", World::admin());
  for (const auto* topic :
       {"peer.joined", "download", "download.ended", "extension.mine.a", "inbox"})
    world.events.publish({topic});
  CHECK(topics_in(reader->heard()) == Topics{"peer.joined", "download.ended", "extension.mine.a"});
  for (const auto* wrong : {"peers", "peer,", "", "peer,download.end", "extension."}) {
    INFO(wrong);
    const auto refused = world.call("GET", std::string("/api/v1/events?topics=") + wrong);
    CHECK(code_of(refused) == "invalid_argument");
  }
}

TEST_CASE("to ask for a topic does not make a guest its owner") {
  World world;
  const Api api(world.all());
  const auto guest = std::make_shared<Reader>();
  auto response = world.call("GET", "/api/v1/events?topics=download,peer", "", World::guest());
  std::get<http::StreamBody>(response.body).opened(guest);
  world.events.publish({"download"});
  world.events.publish({"peer.left"});
  CHECK(topics_in(guest->heard()) == Topics{"peer.left"});
}

TEST_CASE("a reader that comes again is sent what it missed, and nothing that is not for it") {
  EventBus bus;
  ManualClock clock;
  EventStreams streams(bus, clock, 15s);
  const auto first = std::make_shared<Reader>();
  streams.add(first, {});
  bus.publish({"peer.joined"});
  first->leave();
  bus.publish({"peer.left"});
  bus.publish({"download"});
  bus.publish({"peer.lapsed"});
  const auto again = std::make_shared<Reader>();
  streams.add(again, {}, {}, last_id_in(first->heard()));
  CHECK(topics_in(again->heard()) == Topics{"peer.left", "peer.lapsed"});
  for (const auto* unknown : {"", "1", "x-1", "99999999999999999999"}) {
    const auto fresh = std::make_shared<Reader>();
    streams.add(fresh, {}, {}, unknown);
    CHECK(fresh->heard() == ": events\n\n");
  }
}

TEST_CASE("what was published long ago is no longer remembered") {
  EventBus bus;
  ManualClock clock;
  EventStreams streams(bus, clock, 15s);
  const auto first = std::make_shared<Reader>();
  streams.add(first, {});
  for (std::size_t i = 0; i < EventStreams::kRemembered + 5; ++i) bus.publish({"peer.left"});
  const auto id = last_id_in(first->heard());
  const auto again = std::make_shared<Reader>();
  streams.add(again, {}, {}, id.substr(0, id.find('-')) + "-0");
  CHECK(topics_in(again->heard()).size() == EventStreams::kRemembered);
}

TEST_CASE("that an account was made, changed or removed is told, and that somebody searched") {
  World world;
  const Api api(world.all());
  std::vector<Event> told;
  const auto listening = world.events.subscribe([&](const Event& event) { told.push_back(event); });
  const std::string bob = R"({"account":"bob","password":"long enough"})";
  CHECK(world.call("POST", "/api/v1/accounts", bob).status == 201);
  CHECK(world.call("POST", "/api/v1/accounts", bob, World::guest()).status == 403);
  CHECK(world.call("PATCH", "/api/v1/accounts/bob", R"({"roles":["admin"]})").status == 200);
  CHECK(world.call("DELETE", "/api/v1/accounts/bob").status == 204);
  CHECK(world.call("GET", "/api/v1/search?q=a", "", World::as("alice")).status == 200);
  REQUIRE(told.size() == 4);
  for (const auto& event : told) CHECK(check_event(event));
  CHECK(to_json(told[0]) == R"({"account":"bob","what":"made"})");
  CHECK(to_json(told[1]) == R"({"account":"bob","what":"changed"})");
  CHECK(to_json(told[2]) == R"({"account":"bob","what":"removed"})");
  CHECK(to_json(told[3]) == R"({"query":"a","account":"alice","hits":1,"milliseconds":0})");
}
