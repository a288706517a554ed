// What is published under which topic, and who may hear of it: the table behind
// docs/reference/events.md, behind the schemas of /api/v1/openapi.json, and behind what
// GET /api/v1/events sends to whom. A plugin that publishes one of these topics gives all its
// fields; a topic of a plugin's own begins with the plugin's id and is not in the table.
// Threads: constants and pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "swapmeet/event.h"
#include "swapmeet/result.h"

namespace swapmeet {

// The alternatives of Event::Value, in their order.
enum class EventType : std::uint8_t { text, number, boolean, time, texts, pairs };
std::string_view name_of(EventType type);  // "text", …

struct EventField {
  std::string_view name;
  EventType type = EventType::text;
  std::string_view help;
};

enum class EventReaders : std::uint8_t {
  everyone,  // who may use the API at all, guests too
  owner,     // the host's person, and accounts with the role admin
  watch,     // who follows the watch that it is of
};

struct EventTopic {
  std::string_view name;
  std::string_view help;   // when it is published
  std::string_view hosts;  // where: "index", "peer" or "both"
  EventReaders readers = EventReaders::owner;
  std::span<const EventField> fields;  // all of them are there in each event
};

std::span<const EventTopic> event_topics();
const EventTopic* find_event_topic(std::string_view name);  // nullptr: it is not in the table

// `invalid_argument`: the topic is not in the table, or the fields are not exactly those of the
// table. For the tests of whoever publishes.
Result<void> check_event(const Event& event);

// Whether the topic is `family` or belongs to it: "peer.joined" to "peer".
bool is_of_family(std::string_view topic, std::string_view family);

}  // namespace swapmeet
