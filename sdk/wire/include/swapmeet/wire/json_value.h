// JSON of any form (RFC 8259), read into values that can be walked through: for plugins that speak
// to something else than Swapmeet. Writing JSON: swapmeet/json_object.h.
// Threads: a value, without shared state.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "swapmeet/result.h"

namespace swapmeet::wire {

class JsonValue {
 public:
  JsonValue() = default;  // null

  // A whole text: UTF-8, nested at most 32 deep. `invalid_argument` with the position of what is
  // wrong.
  static Result<JsonValue> parse(std::string_view text);

  bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
  bool is_object() const { return std::holds_alternative<Object>(value_); }
  bool is_list() const { return std::holds_alternative<Items>(value_); }

  // The value as it is; `otherwise` when it is of another type.
  std::string text(const std::string& otherwise = {}) const;
  bool boolean(bool otherwise = false) const;
  double number(double otherwise = 0) const;
  // Of a whole number that is not negative.
  std::uint64_t count(std::uint64_t otherwise = 0) const;
  // Nothing in it when this is no list.
  const std::vector<JsonValue>& items() const;
  // The texts of a list; what is no text there is left out.
  std::vector<std::string> texts() const;
  // Names and values of an object, in order.
  std::vector<std::pair<std::string, const JsonValue*>> members() const;

  // The member of an object; a null value when there is none. So paths of names can be asked for
  // without looking at each step: reply["user"]["groups"].texts().
  const JsonValue& operator[](std::string_view name) const;

 private:
  friend struct JsonValueReader;
  using Items = std::vector<JsonValue>;
  struct Object {
    std::vector<std::string> names;
    std::vector<JsonValue> values;
  };
  std::variant<std::monostate, bool, std::uint64_t, double, std::string, Items, Object> value_;
};

}  // namespace swapmeet::wire
