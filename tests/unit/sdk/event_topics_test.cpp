// The table of topics, and what a publisher is held to.
#include "swapmeet/event_topics.h"

#include <set>

#include "catch.h"

using namespace swapmeet;

TEST_CASE("topics are there once, have fields of different names, and say what they are") {
  std::set<std::string_view> names;
  for (const auto& topic : event_topics()) {
    INFO(topic.name);
    CHECK(names.insert(topic.name).second);
    CHECK_FALSE(topic.help.empty());
    std::set<std::string_view> fields;
    for (const auto& field : topic.fields) {
      CHECK(fields.insert(field.name).second);
      CHECK_FALSE(field.help.empty());
    }
    CHECK(find_event_topic(topic.name) == &topic);
  }
  CHECK(find_event_topic("peer") == nullptr);
}

TEST_CASE("an event has all fields of its topic, of their types, and no other") {
  Event event{"account.changed",
              {{"account", std::string("alice")}, {"what", std::string("made")}}};
  CHECK(check_event(event));
  const auto refusal = [](const Event& wrong) {
    const auto checked = check_event(wrong);
    REQUIRE_FALSE(checked);
    return checked.error().message;
  };
  auto more = event;
  more.fields.emplace_back("more", true);
  CHECK(refusal(more) == "event account.changed: it has fields that the topic has not");
  auto other = event;
  other.fields[1].second = std::uint64_t{1};
  CHECK(refusal(other) == "event account.changed: the field what is not of type text");
  event.fields.pop_back();
  CHECK(refusal(event) == "event account.changed: the field what is missing");
  CHECK(refusal({"account"}) == "event account: there is no such topic");
}

TEST_CASE("a match is of a watch, and nothing else is") {
  Event match{"match",
              {{"content", std::string("c")},
               {"name", std::string("n")},
               {"path", std::string("p")},
               {"size", std::uint64_t{1}},
               {"type", std::string("other")},
               {"peer", std::string("p")},
               {"attributes", std::map<std::string, std::string>{{"artist", "nina"}}}}};
  CHECK(to_json(match).ends_with(R"("peer":"p","attributes":{"artist":"nina"}})"));
  CHECK_FALSE(check_event(match));
  match.watch = "1";
  CHECK(check_event(match));
}

TEST_CASE("a family is a topic or what belongs to it") {
  CHECK(is_of_family("peer.joined", "peer"));
  CHECK(is_of_family("peer.joined", "peer.joined"));
  CHECK(is_of_family("download", "download"));
  CHECK_FALSE(is_of_family("download", "download.ended"));
  CHECK_FALSE(is_of_family("peers.joined", "peer"));
}
