// RapidJSON, wrapped for this library: a writer, and a reader that remembers the first thing wrong.
#pragma once

#define RAPIDJSON_HAS_STDSTRING 1
#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "swapmeet/attributes.h"
#include "swapmeet/wire/json.h"

namespace swapmeet::wire {

// More than 32 levels, found without parsing: RapidJSON's own parser recurses.
bool nests_too_deeply(std::string_view text);

class JsonWriter {
 public:
  JsonWriter& begin() { return writer_.StartObject(), *this; }
  JsonWriter& end() { return writer_.EndObject(), *this; }
  JsonWriter& key(std::string_view name) {
    return writer_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size())), *this;
  }
  JsonWriter& text(std::string_view name, std::string_view value) { return key(name).value(value); }
  JsonWriter& value(std::string_view value) {
    return writer_.String(value.data(), static_cast<rapidjson::SizeType>(value.size())), *this;
  }
  JsonWriter& number(std::string_view name, std::uint64_t value) {
    key(name);
    return writer_.Uint64(value), *this;
  }
  JsonWriter& real(std::string_view name, double value) {
    key(name);
    return writer_.Double(value), *this;
  }
  JsonWriter& boolean(std::string_view name, bool value) {
    key(name);
    return writer_.Bool(value), *this;
  }
  JsonWriter& null(std::string_view name) { return key(name), writer_.Null(), *this; }
  JsonWriter& time(std::string_view name, Time value) { return text(name, to_rfc3339(value)); }
  JsonWriter& texts(std::string_view name, const std::vector<std::string>& values) {
    return list(name, values, [this](const std::string& one) { value(one); });
  }
  template <class Items, class WriteOne>
  JsonWriter& list(std::string_view name, const Items& items, WriteOne&& write_one) {
    key(name);
    writer_.StartArray();
    for (const auto& item : items) write_one(item);
    return writer_.EndArray(), *this;
  }
  std::string take() const { return std::string(view()); }
  std::string_view view() const { return {buffer_.GetString(), buffer_.GetSize()}; }
  void clear() {  // for the next text
    buffer_.Clear();
    writer_.Reset(buffer_);
  }

 private:
  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer> writer_{buffer_};
};

// The fields of one object. A field that is missing or of another type is remembered as the error;
// ask for it once, when all have been read.
class JsonReader {
 public:
  // Parses a whole text.
  explicit JsonReader(std::string_view text);
  explicit JsonReader(const rapidjson::Value& value) { set(value); }

  std::string text(const char* name, bool required = true);
  std::uint64_t number(const char* name, bool required = true);
  std::uint64_t file_size(const char* name);  // at most kLargestFile
  double real(const char* name);              // 0 when it is missing
  bool boolean(const char* name, bool otherwise);
  Time time(const char* name);
  std::vector<std::string> texts(const char* name);
  bool has(const char* name) const { return find(name) != nullptr; }
  template <class Id>
  Id id(const char* name) {
    const auto parsed = Id::parse(text(name));
    if (!parsed) fail(name, "is no id of " + std::to_string(Id::kSize * 2) + " hex digits");
    return parsed.value_or(Id{});
  }
  // Calls `read` for each object of the list.
  template <class Read>
  void list(const char* name, Read&& read) {
    const auto* found = find(name);
    if (!found) return;
    if (!found->IsArray()) return fail(name, "must be a list");
    for (const auto& one : found->GetArray()) {
      JsonReader item(one);
      read(item);
      if (!error_ && item.error_) error_ = item.error_;
    }
  }
  std::optional<JsonReader> object(const char* name);
  void adopt(const JsonReader& part) {
    if (!error_) error_ = part.error_;
  }
  const rapidjson::Value* find(const char* name) const;
  void fail(const char* name, const std::string& what);

  template <class T>
  Result<T> finish(T value) const {
    if (error_) return invalid_argument(*error_);
    return value;
  }

 private:
  void set(const rapidjson::Value& value);
  std::shared_ptr<rapidjson::Document> document_;
  const rapidjson::Value* value_ = nullptr;
  std::optional<std::string> error_;
};

// A page of a list: {"NAME":[…],"next":"…"}. `write_one(out, item)` writes an item as one object,
// and `read_one(in)` reads it.
template <class T, class WriteOne>
std::string page_json(const char* name, const Page<T>& page, WriteOne&& write_one) {
  JsonWriter out;
  out.begin().list(name, page.items, [&](const T& item) { write_one(out, item); });
  return out.text("next", page.next).end().take();
}
template <class T, class ReadOne>
Result<Page<T>> page_from_json(const char* name, std::string_view text, ReadOne&& read_one) {
  JsonReader in(text);
  Page<T> page;
  in.list(name, [&](JsonReader& one) { page.items.push_back(read_one(one)); });
  page.next = in.text("next", false);
  return in.finish(std::move(page));
}

// The parts of lists and pages.
void write(JsonWriter& out, const PeerRecord& peer);
PeerRecord read_peer(JsonReader& in);
void write_fields(JsonWriter& out, const Listing& listing);
Listing read_listing(JsonReader& in);
void write(JsonWriter& out, const Source& source);
Source read_source(JsonReader& in);
void write_audience(JsonWriter& out, const Audience& audience);
Audience read_audience(JsonReader& in);

// "attributes": an object of texts; left out when there are none.
void write_attributes(JsonWriter& out, const Attributes& attributes);
Attributes read_attributes(JsonReader& in);

}  // namespace swapmeet::wire
