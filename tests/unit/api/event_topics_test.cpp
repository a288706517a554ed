// The table of topics, the schemas in OpenAPI and the page about events say the same.
#include "swapmeet/event_topics.h"

#include <cctype>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "fakes.h"

using namespace swapmeet;
using namespace swapmeet::testing;

namespace {

// "EventPeerJoined"
std::string schema_of(std::string_view topic) {
  std::string name = "Event";
  bool begins = true;
  for (const char c : topic) {
    if (c != '.')
      name += begins ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    begins = c == '.';
  }
  return name;
}

const char* json_type_of(EventType type) {
  switch (type) {
    case EventType::number: return "integer";
    case EventType::boolean: return "boolean";
    case EventType::texts: return "array";
    case EventType::pairs: return "object";
    case EventType::text:
    case EventType::time: break;
  }
  return "string";
}

std::string_view readers_of(const EventTopic& topic) {
  switch (topic.readers) {
    case EventReaders::everyone: return "everyone";
    case EventReaders::watch: return "who follows the watch";
    case EventReaders::owner: break;
  }
  return "owner";
}

std::string page() {
  const char* source = std::getenv("SWAPMEET_SOURCE");
  REQUIRE(source != nullptr);
  std::ifstream in(std::string(source) + "/docs/reference/events.md");
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string fields_of(const EventTopic& topic) {
  std::ostringstream text;
  text << "\n| field | type | what |\n|---|---|---|\n";
  for (const auto& field : topic.fields)
    text << "| `" << field.name << "` | " << name_of(field.type) << " | " << field.help << " |\n";
  return text.str();
}

// The tables of those that have the same fields.
std::string tables_of(std::span<const EventTopic> topics) {
  std::ostringstream text;
  text << "| topic | when | host | who hears it |\n|---|---|---|---|\n";
  for (const auto& topic : topics)
    text << "| `" << topic.name << "` | " << topic.help << " | " << topic.hosts << " | "
         << readers_of(topic) << " |\n";
  text << fields_of(topics.front());
  return text.str();
}

}  // namespace

TEST_CASE("each topic has a schema in the OpenAPI document, with its fields and their types") {
  World world;
  const Api api(world.all());
  const auto document = parsed(world.call("GET", "/api/v1/openapi.json"));
  const auto& schemas = document["components"]["schemas"];
  const auto& stream = document["paths"]["/api/v1/events"]["get"]["responses"]["200"]["content"]
                               ["text/event-stream"]["x-events"];
  CHECK(stream.MemberCount() == event_topics().size());
  for (const auto& topic : event_topics()) {
    const std::string name(topic.name);
    INFO(name);
    REQUIRE(schemas.HasMember(schema_of(name).c_str()));
    const auto& schema = schemas[schema_of(name).c_str()];
    REQUIRE(stream.HasMember(name.c_str()));
    CHECK(stream[name.c_str()]["$ref"].GetString() == "#/components/schemas/" + schema_of(name));
    CHECK(schema["description"].GetString() == topic.help);
    CHECK(schema["required"].Size() == topic.fields.size());
    CHECK(schema["properties"].MemberCount() == topic.fields.size());
    for (const auto& field : topic.fields) {
      const std::string key(field.name);
      INFO(key);
      REQUIRE(schema["properties"].HasMember(key.c_str()));
      const auto& property = schema["properties"][key.c_str()];
      CHECK(property["type"].GetString() == std::string(json_type_of(field.type)));
      CHECK(property.HasMember("format") == (field.type == EventType::time));
    }
  }
}

TEST_CASE("the page about events has the tables of all topics") {
  const auto text = page();
  const auto topics = event_topics();
  for (std::size_t begin = 0, end = 0; begin < topics.size(); begin = end) {
    while (end < topics.size() && topics[end].fields.data() == topics[begin].fields.data()) ++end;
    const auto tables = tables_of(topics.subspan(begin, end - begin));
    INFO("docs/reference/events.md lacks:\n" << tables);
    CHECK(text.find(tables) != std::string::npos);
  }
}
