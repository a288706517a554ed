// Writes one JSON object (RFC 8259), member after member: for events, problem documents and the
// like, without a library. Reading JSON, and the JSON forms of the types, are in
// swapmeet/wire/json.h. Threads: one object, one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace swapmeet {

// The text in quotation marks, with what JSON does not allow in them escaped. The text is UTF-8.
std::string json_quoted(std::string_view text);

class JsonObject {
 public:
  JsonObject& text(std::string_view name, std::string_view value);
  JsonObject& number(std::string_view name, std::uint64_t value);
  JsonObject& boolean(std::string_view name, bool value);
  JsonObject& object(std::string_view name, const JsonObject& value);
  JsonObject& objects(std::string_view name, const std::vector<JsonObject>& values);
  JsonObject& texts(std::string_view name, const std::vector<std::string>& values);
  // The members of another, after its own.
  JsonObject& add(const JsonObject& other);

  std::string json() const { return '{' + members_ + '}'; }

 private:
  JsonObject& member(std::string_view name, std::string_view json);
  std::string members_;
};

}  // namespace swapmeet
