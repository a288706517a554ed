#include "search/memory/attribute_table.h"

namespace swapmeet::search_memory {
namespace {

constexpr std::size_t kLongest = 1'024;  // of a value, as check_listing has it

// Seven bits a byte, the lowest first; the eighth says that more follow.
void append(std::string& bytes, Number number) {
  for (; number >= 0x80; number >>= 7) bytes += static_cast<char>(number | 0x80);
  bytes += static_cast<char>(number);
}

Number take(std::string_view& bytes) {
  Number number = 0;
  for (unsigned shift = 0; !bytes.empty() && shift < 32; shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes[0]);
    bytes.remove_prefix(1);
    number |= static_cast<Number>(byte & 0x7F) << shift;
    if (byte < 0x80) break;
  }
  return number;
}

std::string beginning(std::string_view key) { return '\x1f' + std::string(key); }

}  // namespace

Number AttributeTable::number_of(const Attributes& attributes) {
  std::string set;
  for (const auto& [key, value] : attributes) {
    if (key.size() > kLongest || value.size() > kLongest) continue;
    append(set, keys_.number_of(key));
    append(set, values_.number_of(value));
  }
  return set.empty() ? kNone : sets_.number_of(set);
}

template <class Take>
void AttributeTable::each(Number set, Take&& take_one) const {
  if (set == kNone) return;
  for (auto bytes = sets_.text(set); !bytes.empty();) {
    const auto key = take(bytes);
    if (!take_one(key, take(bytes))) return;
  }
}

std::optional<std::string_view> AttributeTable::value(Number set, Number wanted) const {
  std::optional<std::string_view> found;
  each(set, [&](Number key, Number value) {
    if (key == wanted) found = values_.text(value);
    return !found;
  });
  return found;
}

Attributes AttributeTable::all(Number set) const {
  Attributes attributes;
  each(set, [&](Number key, Number value) {
    attributes.emplace(keys_.text(key), values_.text(value));
    return true;
  });
  return attributes;
}

std::size_t AttributeTable::count(Number set) const {
  std::size_t count = 0;
  each(set, [&](Number, Number) { return ++count > 0; });
  return count;
}

void AttributeTable::save(SnapshotWriter& out) const {
  for (const auto* pool : {&keys_, &values_, &sets_}) pool->save(out);
}

void AttributeTable::load(SnapshotReader& in) {
  for (auto* pool : {&keys_, &values_, &sets_}) pool->load(in);
}

std::vector<std::string> attribute_words(const Attributes& attributes) {
  std::vector<std::string> words;
  for (const auto& [key, value] : attributes) {
    const auto* known = known_attribute(key);
    const bool is_text = !known || known->type == AttributeType::text;
    if (!known || !is_text)
      if (attribute_number(value)) words.push_back(beginning(key));
    if (!is_text) continue;
    for (const auto& run : searchable_words(value))
      for (const auto& word : run) words.push_back(beginning(key) + '\x1f' + word);
  }
  return words;
}

std::vector<std::string> attribute_words(const QueryFilter& filter) {
  if (filter.field == QueryFilter::Field::number_of) return {beginning(filter.text)};
  std::vector<std::string> words;
  for (const auto& word : filter.words.words)
    words.push_back(beginning(filter.text) + '\x1f' + word);
  return words;
}

}  // namespace swapmeet::search_memory
