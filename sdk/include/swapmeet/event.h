// Something that happened, told to plugins (Host::subscribe) and over GET /api/v1/events. Its
// fields are named and typed; docs/reference/events.md lists the topics and what each carries. New
// topics and fields may come; none is renamed.
// Threads: a value.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "swapmeet/time.h"

namespace swapmeet {

struct Event {
  using Value = std::variant<std::string, std::uint64_t, bool, Time, std::vector<std::string>,
                             std::map<std::string, std::string>>;

  // "download.ended": what it happened to, a dot, and what happened. A plugin's own topics begin
  // with its id.
  std::string topic;
  std::vector<std::pair<std::string, Value>> fields = {};
  std::string watch = {};  // of "match": the watch that found it; only those who follow it are told

  // The field as that type; nullptr: there is none of that name, or it is of another type.
  template <class T>
  const T* find(std::string_view name) const {
    for (const auto& [key, value] : fields)
      if (key == name) return std::get_if<T>(&value);
    return nullptr;
  }
  // The same, with a value instead of nullptr.
  std::string text(std::string_view name) const {
    const auto* found = find<std::string>(name);
    return found ? *found : std::string();
  }
  std::uint64_t number(std::string_view name) const {
    const auto* found = find<std::uint64_t>(name);
    return found ? *found : 0;
  }
  bool operator==(const Event&) const = default;
};

// The fields as one JSON object; times as RFC 3339.
std::string to_json(const Event& event);

}  // namespace swapmeet
