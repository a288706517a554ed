#include "swapmeet/wire/json_value.h"

#include "json_tools.h"

namespace swapmeet::wire {

struct JsonValueReader {
  static JsonValue read(const rapidjson::Value& from) {
    JsonValue value;
    if (from.IsBool()) {
      value.value_ = from.GetBool();
    } else if (from.IsUint64()) {
      value.value_ = from.GetUint64();
    } else if (from.IsNumber()) {
      value.value_ = from.GetDouble();
    } else if (from.IsString()) {
      value.value_ = text(from);
    } else if (from.IsArray()) {
      JsonValue::Items items;
      items.reserve(from.Size());
      for (const auto& one : from.GetArray()) items.push_back(read(one));
      value.value_ = std::move(items);
    } else if (from.IsObject()) {
      JsonValue::Object object;
      for (const auto& [name, one] : from.GetObject()) {
        object.names.push_back(text(name));
        object.values.push_back(read(one));
      }
      value.value_ = std::move(object);
    }
    return value;
  }

 private:
  static std::string text(const rapidjson::Value& from) {
    return {from.GetString(), from.GetStringLength()};
  }
};

Result<JsonValue> JsonValue::parse(std::string_view text) {
  if (nests_too_deeply(text)) return invalid_argument("the JSON is nested too deeply");
  if (text.find('\0') != std::string_view::npos)  // the parser would take it for the end
    return invalid_argument("this is no JSON: it holds a NUL");
  rapidjson::Document document;
  document.Parse<rapidjson::kParseValidateEncodingFlag | rapidjson::kParseFullPrecisionFlag>(
      text.data(), text.size());
  if (document.HasParseError()) {
    auto error = invalid_argument(std::string("this is no JSON: ") +
                                  rapidjson::GetParseError_En(document.GetParseError()));
    error.position = document.GetErrorOffset();
    return error;
  }
  return JsonValueReader::read(document);
}

std::string JsonValue::text(const std::string& otherwise) const {
  const auto* found = std::get_if<std::string>(&value_);
  return found ? *found : otherwise;
}

bool JsonValue::boolean(bool otherwise) const {
  const auto* found = std::get_if<bool>(&value_);
  return found ? *found : otherwise;
}

double JsonValue::number(double otherwise) const {
  if (const auto* whole = std::get_if<std::uint64_t>(&value_)) return static_cast<double>(*whole);
  const auto* found = std::get_if<double>(&value_);
  return found ? *found : otherwise;
}

std::uint64_t JsonValue::count(std::uint64_t otherwise) const {
  const auto* found = std::get_if<std::uint64_t>(&value_);
  return found ? *found : otherwise;
}

const std::vector<JsonValue>& JsonValue::items() const {
  static const Items kNone;
  const auto* found = std::get_if<Items>(&value_);
  return found ? *found : kNone;
}

std::vector<std::string> JsonValue::texts() const {
  std::vector<std::string> texts;
  for (const auto& one : items())
    if (const auto* text = std::get_if<std::string>(&one.value_)) texts.push_back(*text);
  return texts;
}

std::vector<std::pair<std::string, const JsonValue*>> JsonValue::members() const {
  std::vector<std::pair<std::string, const JsonValue*>> members;
  if (const auto* object = std::get_if<Object>(&value_))
    for (std::size_t i = 0; i < object->names.size(); ++i)
      members.emplace_back(object->names[i], &object->values[i]);
  return members;
}

const JsonValue& JsonValue::operator[](std::string_view name) const {
  static const JsonValue kNull;
  if (const auto* object = std::get_if<Object>(&value_))
    for (std::size_t i = 0; i < object->names.size(); ++i)
      if (object->names[i] == name) return object->values[i];
  return kNull;
}

}  // namespace swapmeet::wire
