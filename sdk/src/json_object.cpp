#include "swapmeet/json_object.h"

#include <array>
#include <cstdio>

namespace swapmeet {

std::string json_quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      std::array<char, 8> escape{};
      std::snprintf(escape.data(), escape.size(), "\\u%04x", static_cast<unsigned>(c));
      quoted += escape.data();
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

JsonObject& JsonObject::member(std::string_view name, std::string_view json) {
  if (!members_.empty()) members_ += ',';
  (members_ += json_quoted(name)) += ':';
  members_ += json;
  return *this;
}

JsonObject& JsonObject::text(std::string_view name, std::string_view value) {
  return member(name, json_quoted(value));
}

JsonObject& JsonObject::number(std::string_view name, std::uint64_t value) {
  return member(name, std::to_string(value));
}

JsonObject& JsonObject::boolean(std::string_view name, bool value) {
  return member(name, value ? "true" : "false");
}

JsonObject& JsonObject::object(std::string_view name, const JsonObject& value) {
  return member(name, value.json());
}

JsonObject& JsonObject::objects(std::string_view name, const std::vector<JsonObject>& values) {
  std::string list = "[";
  for (const auto& value : values) {
    if (list.size() > 1) list += ',';
    list += value.json();
  }
  return member(name, list + ']');
}

JsonObject& JsonObject::texts(std::string_view name, const std::vector<std::string>& values) {
  std::string list = "[";
  for (const auto& value : values) {
    if (list.size() > 1) list += ',';
    list += json_quoted(value);
  }
  return member(name, list + ']');
}

JsonObject& JsonObject::add(const JsonObject& other) {
  if (!members_.empty() && !other.members_.empty()) members_ += ',';
  members_ += other.members_;
  return *this;
}

}  // namespace swapmeet
