#include "host/cli/event_line.h"

#include <fmt/format.h>

#include "host/cli/display.h"
#include "swapmeet/json_object.h"
#include "swapmeet/wire/json_value.h"

namespace swapmeet::cli {
namespace {

std::string text_of(const wire::JsonValue& value) {
  if (value.is_list()) return fmt::format("{}", fmt::join(value.texts(), ", "));
  constexpr std::uint64_t kNone = ~std::uint64_t{0};
  if (const auto number = value.count(kNone); number != kNone) return std::to_string(number);
  if (value.boolean() != value.boolean(true)) return value.text();
  return value.boolean() ? "true" : "false";
}

}  // namespace

std::string event_line(const std::string& topic, const std::string& data) {
  auto line = fmt::format("{:<16}", printable(topic));
  const auto fields = wire::JsonValue::parse(data);
  if (!fields) return line;
  for (const auto& [name, value] : fields->members())
    if (const auto text = text_of(*value); !text.empty())
      line += fmt::format(" {}={}", printable(name), printable(text));
  return line;
}

std::string event_json_line(const std::string& topic, const std::string& data) {
  const auto members = data.find_first_not_of(" \t", 1);
  const bool has_any = members != data.npos && data[members] != '}';
  return "{\"topic\":" + json_quoted(topic) + (has_any ? "," : "") + data.substr(1);
}

}  // namespace swapmeet::cli
