#include "swapmeet/attributes.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>

#include "swapmeet/values.h"

namespace swapmeet {
namespace {

// "3:20", "1:02:03".
std::optional<double> clock_time(std::string_view text) {
  double seconds = 0;
  std::size_t parts = 0;
  while (true) {
    const auto colon = text.find(':');
    const auto part = parse_integer(text.substr(0, colon));
    if (!part || *part < 0 || (parts > 0 && *part > 59) || ++parts > 3) return std::nullopt;
    seconds = seconds * 60 + static_cast<double>(*part);
    if (colon == std::string_view::npos) break;
    text.remove_prefix(colon + 1);
  }
  return seconds;
}

// "90s", "1h30m".
std::optional<double> duration(std::string_view text) {
  double seconds = 0;
  do {
    const auto unit = text.find_first_not_of("0123456789.");
    if (unit == 0 || unit == std::string_view::npos) return std::nullopt;
    const auto end = std::min(text.find_first_of("0123456789.", unit), text.size());
    const auto part = parse_duration(text.substr(0, end));
    if (!part) return std::nullopt;
    seconds += static_cast<double>(part->count()) / 1000;
    text.remove_prefix(end);
  } while (!text.empty());
  return seconds;
}

std::string value_of(const Attributes& attributes, const char* key) {
  const auto found = attributes.find(key);
  return found == attributes.end() ? std::string() : found->second;
}

void add(std::string& line, const std::string& part, const char* between) {
  if (part.empty()) return;
  if (!line.empty()) line += between;
  line += part;
}

}  // namespace

const KnownAttribute* known_attribute(std::string_view key) {
  const auto* found = std::find_if(std::begin(kKnownAttributes), std::end(kKnownAttributes),
                                   [&](const auto& one) { return one.key == key; });
  return found == std::end(kKnownAttributes) ? nullptr : found;
}

std::string known_attribute_names() {
  std::string names;
  for (const auto& one : kKnownAttributes) add(names, std::string(one.key), ", ");
  return names;
}

bool is_attribute_key(std::string_view key) {
  return !key.empty() && key.size() <= 64 && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
  });
}

std::optional<double> attribute_number(std::string_view value) {
  double number = 0;
  const auto* end = value.data() + value.size();
  const auto [stop, error] = std::from_chars(value.data(), end, number, std::chars_format::fixed);
  if (error != std::errc{} || stop != end || !std::isfinite(number) || number < 0)
    return std::nullopt;
  return number;
}

std::optional<double> asked_number(AttributeType type, std::string_view text) {
  if (auto number = attribute_number(text)) return number;
  if (type != AttributeType::duration) return std::nullopt;
  return text.find(':') == std::string_view::npos ? duration(text) : clock_time(text);
}

std::string shown_length(std::uint64_t seconds) {
  const auto two = [](std::uint64_t number) {
    return std::string(number < 10 ? "0" : "") + std::to_string(number);
  };
  const auto minutes = seconds / 60;
  if (minutes < 60) return std::to_string(minutes) + ':' + two(seconds % 60);
  return std::to_string(minutes / 60) + ':' + two(minutes % 60) + ':' + two(seconds % 60);
}

std::string about(const Attributes& attributes) {
  auto line = value_of(attributes, "artist");
  if (line.empty()) line = value_of(attributes, "author");
  add(line, value_of(attributes, "title"), " – ");
  constexpr double kLongest = 1e12;
  const auto length = attribute_number(value_of(attributes, "length"));
  if (length && *length < kLongest)
    add(line, shown_length(static_cast<std::uint64_t>(std::llround(*length))), ", ");
  if (const auto rate = value_of(attributes, "bitrate"); !rate.empty())
    add(line, rate + " kbit/s", ", ");
  const auto width = value_of(attributes, "width");
  const auto height = value_of(attributes, "height");
  if (!width.empty() && !height.empty()) {
    auto size = width;
    add(line, (size += " × ") += height, ", ");
  }
  if (const auto pages = value_of(attributes, "pages"); !pages.empty())
    add(line, pages + (pages == "1" ? " page" : " pages"), ", ");
  return line;
}

}  // namespace swapmeet
