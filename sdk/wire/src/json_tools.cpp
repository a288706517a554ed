#include "json_tools.h"

#include <algorithm>

#include "swapmeet/listing.h"

namespace swapmeet::wire {

bool nests_too_deeply(std::string_view text) {
  constexpr int kDeepest = 32;
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\')
        ++i;
      else if (c == '"')
        quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      if (++depth > kDeepest) return true;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return false;
}

JsonReader::JsonReader(std::string_view text) : document_(std::make_shared<rapidjson::Document>()) {
  if (nests_too_deeply(text)) {
    error_ = "the JSON is nested too deeply";
    return;
  }
  if (text.find('\0') != std::string_view::npos) {  // the parser would take it for the end
    error_ = "this is no JSON: it holds a NUL";
    return;
  }
  document_->Parse<rapidjson::kParseValidateEncodingFlag>(text.data(), text.size());
  if (document_->HasParseError())
    error_ = std::string("this is no JSON: ") +
             rapidjson::GetParseError_En(document_->GetParseError()) + " (at byte " +
             std::to_string(document_->GetErrorOffset()) + ")";
  else
    set(*document_);
}

void JsonReader::set(const rapidjson::Value& value) {
  if (value.IsObject())
    value_ = &value;
  else
    error_ = "a JSON object was expected";
}

const rapidjson::Value* JsonReader::find(const char* name) const {
  if (!value_) return nullptr;
  const auto found = value_->FindMember(name);
  return found == value_->MemberEnd() || found->value.IsNull() ? nullptr : &found->value;
}

void JsonReader::fail(const char* name, const std::string& what) {
  if (!error_) error_ = std::string("\"") + name + "\" " + what;
}

std::string JsonReader::text(const char* name, bool required) {
  const auto* found = find(name);
  if (found && found->IsString()) return {found->GetString(), found->GetStringLength()};
  if (found)
    fail(name, "must be a text");
  else if (required)
    fail(name, "is missing");
  return {};
}

std::uint64_t JsonReader::number(const char* name, bool required) {
  const auto* found = find(name);
  if (found && found->IsUint64()) return found->GetUint64();
  if (found)
    fail(name, "must be a whole number that is not negative");
  else if (required)
    fail(name, "is missing");
  return 0;
}

std::uint64_t JsonReader::file_size(const char* name) {
  const auto size = number(name);
  if (size > kLargestFile) fail(name, "is above 1 PiB, which no file here may have");
  return std::min(size, kLargestFile);
}

double JsonReader::real(const char* name) {
  const auto* found = find(name);
  if (found && found->IsNumber()) return found->GetDouble();
  if (found) fail(name, "must be a number");
  return 0;
}

bool JsonReader::boolean(const char* name, bool otherwise) {
  const auto* found = find(name);
  if (found && found->IsBool()) return found->GetBool();
  if (found) fail(name, "must be true or false");
  return otherwise;
}

Time JsonReader::time(const char* name) {
  const auto* found = find(name);
  if (!found) return {};
  const auto parsed = from_rfc3339(text(name));
  if (!parsed) fail(name, "must be a time like 2026-01-01T00:00:00Z");
  return parsed.value_or(Time{});
}

std::vector<std::string> JsonReader::texts(const char* name) {
  std::vector<std::string> values;
  const auto* found = find(name);
  if (!found) return values;
  if (!found->IsArray()) return fail(name, "must be a list"), values;
  for (const auto& one : found->GetArray()) {
    if (!one.IsString()) return fail(name, "must be a list of texts"), values;
    values.emplace_back(one.GetString(), one.GetStringLength());
  }
  return values;
}

std::optional<JsonReader> JsonReader::object(const char* name) {
  const auto* found = find(name);
  if (!found) return std::nullopt;
  return JsonReader(*found);
}

void write_attributes(JsonWriter& out, const Attributes& attributes) {
  if (attributes.empty()) return;
  out.key("attributes").begin();
  for (const auto& [name, value] : attributes) out.text(name, value);
  out.end();
}

Attributes read_attributes(JsonReader& in) {
  Attributes read;
  const auto* attributes = in.find("attributes");
  if (!attributes) return read;
  if (!attributes->IsObject()) return in.fail("attributes", "must be an object"), read;
  for (const auto& member : attributes->GetObject()) {
    if (!member.value.IsString()) return in.fail("attributes", "must hold texts"), read;
    std::string name(member.name.GetString(), member.name.GetStringLength());
    read[std::move(name)] = {member.value.GetString(), member.value.GetStringLength()};
  }
  return read;
}

}  // namespace swapmeet::wire
