#include "change_line.h"

#include <rapidjson/reader.h>

#include <cstring>
#include <string>
#include <utility>

namespace swapmeet::wire {
namespace {

enum class Field : std::uint8_t {
  op,
  revision,
  path,
  content,
  size,
  modified,
  audience,
  attributes,
  have,
  none
};

constexpr std::pair<std::string_view, Field> kFields[] = {{"op", Field::op},
                                                          {"revision", Field::revision},
                                                          {"path", Field::path},
                                                          {"content", Field::content},
                                                          {"size", Field::size},
                                                          {"modified", Field::modified},
                                                          {"audience", Field::audience},
                                                          {"attributes", Field::attributes},
                                                          {"have", Field::have}};

constexpr unsigned bit(Field field) { return 1U << static_cast<unsigned>(field); }

// Every handler returns false for what is not expected there, which ends the parse.
class ChangeHandler : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, ChangeHandler> {
 public:
  explicit ChangeHandler(Change& change) : change_(change) {}

  bool Default() { return false; }
  bool StartObject() {
    if (depth_ == 0) return ++depth_, true;
    return field_ == Field::attributes && depth_ == 1 && ++depth_;
  }
  bool EndObject(rapidjson::SizeType) { return close(); }
  bool StartArray() {
    if (field_ != Field::audience || depth_ != 1) return false;
    change_.listing.audience.everyone = false;
    return ++depth_, true;
  }
  bool EndArray(rapidjson::SizeType) { return close(); }
  bool Key(const char* text, rapidjson::SizeType size, bool) {
    const std::string_view name(text, size);
    if (depth_ == 2) return attribute_ = name, true;
    for (const auto& [known, field] : kFields) {
      if (known != name) continue;
      field_ = field;
      return (std::exchange(seen_, seen_ | bit(field)) & bit(field)) == 0;  // twice: not usual
    }
    return false;
  }
  bool Uint(unsigned value) { return Uint64(value); }
  bool Uint64(std::uint64_t value) {
    switch (field_) {
      case Field::revision: change_.revision = value; break;
      case Field::size:
        if (value > kLargestFile) return false;  // the usual reader says what is wrong
        change_.listing.size = value;
        break;
      case Field::have: change_.listing.have = value; break;
      default: return false;
    }
    return depth_ == 1;
  }
  bool String(const char* data, rapidjson::SizeType size, bool) {
    const std::string_view text(data, size);
    if (depth_ == 2) return field_ == Field::audience ? member(text) : attribute(text);
    switch (field_) {
      case Field::op: return op(text);
      case Field::path: return change_.listing.path = text, true;
      case Field::content: return take(ContentId::parse(text), change_.listing.content);
      case Field::modified: return take(from_rfc3339(text), change_.listing.modified);
      default: return false;
    }
  }

  bool is_whole() const {
    constexpr auto kPut =
        bit(Field::op) | bit(Field::path) | bit(Field::content) | bit(Field::size);
    constexpr auto kRemove = bit(Field::op) | bit(Field::path);
    const auto needed = change_.kind == ChangeKind::put ? kPut : kRemove;
    const auto possible = change_.kind == ChangeKind::put ? ~0U : kRemove | bit(Field::revision);
    return (seen_ & needed) == needed && (seen_ & ~possible) == 0;
  }

 private:
  bool close() {
    if (--depth_ == 1) field_ = Field::none;
    return true;
  }
  bool op(std::string_view text) {
    if (text == "put") return change_.kind = ChangeKind::put, true;
    if (text == "remove") return change_.kind = ChangeKind::remove, true;
    return false;
  }
  template <class Parsed, class Value>
  static bool take(const Parsed& parsed, Value& value) {
    if (parsed) value = *parsed;
    return parsed.has_value();
  }
  bool member(std::string_view who) {
    constexpr std::string_view kGroup = "group:";
    constexpr std::string_view kAccount = "account:";
    auto& audience = change_.listing.audience;
    if (who.starts_with(kGroup))
      audience.groups.emplace_back(who.substr(kGroup.size()));
    else if (who.starts_with(kAccount))
      audience.accounts.emplace_back(who.substr(kAccount.size()));
    else
      return false;
    return true;
  }
  bool attribute(std::string_view value) {
    return field_ == Field::attributes &&
           (change_.listing.attributes.insert_or_assign(attribute_, value), true);
  }

  Change& change_;
  Field field_ = Field::none;
  unsigned seen_ = 0;  // a bit for each field
  int depth_ = 0;
  std::string attribute_;
};

}  // namespace

bool ChangeLineReader::read(std::string_view line, Change& change) {
  // RapidJSON takes the zero at the end for a byte of the character that it is in the middle of,
  // and goes on reading for as long as a character may be.
  constexpr std::size_t kLongestCharacter = 4;
  buffer_.resize(line.size() + kLongestCharacter);
  std::memcpy(buffer_.data(), line.data(), line.size());
  std::memset(buffer_.data() + line.size(), 0, kLongestCharacter);
  rapidjson::InsituStringStream stream(buffer_.data());
  rapidjson::Reader reader;
  ChangeHandler handler(change);
  constexpr auto kHow = rapidjson::kParseInsituFlag | rapidjson::kParseValidateEncodingFlag;
  return !reader.Parse<kHow>(stream, handler).IsError() && stream.Tell() == line.size() &&
         handler.is_whole();
}

}  // namespace swapmeet::wire
