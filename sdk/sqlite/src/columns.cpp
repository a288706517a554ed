#include "swapmeet/sqlite/columns.h"

#include <algorithm>
#include <vector>

#include "swapmeet/id.h"

namespace swapmeet::sqlite {

std::string audience_text(const Audience& audience) {
  if (audience.everyone) return {};
  std::string text = "only\n";
  for (const auto& group : audience.groups) text += "group " + group + '\n';
  for (const auto& account : audience.accounts) text += "account " + account + '\n';
  if (audience.visible) text += "visible\n";
  return text;
}

Audience audience_from(std::string_view text) {
  Audience audience;
  audience.everyone = text.empty();
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    if (line.starts_with("group ")) audience.groups.emplace_back(line.substr(6));
    if (line.starts_with("account ")) audience.accounts.emplace_back(line.substr(8));
    if (line == "visible") audience.visible = true;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return audience;
}

std::string lines_of(const std::vector<std::string>& words) {
  std::string lines;
  for (const auto& word : words) lines += word + '\n';
  return lines;
}

std::vector<std::string> words_of(std::string_view lines) {
  std::vector<std::string> words;
  while (!lines.empty()) {
    const auto end = std::min(lines.find('\n'), lines.size());
    if (end > 0) words.emplace_back(lines.substr(0, end));
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return words;
}

std::string attributes_text(const std::map<std::string, std::string>& attributes) {
  std::string text;
  for (const auto& [key, value] : attributes) {
    (text += key) += '\0';
    (text += value) += '\0';
  }
  return text;
}

std::map<std::string, std::string> attributes_from(std::string_view text) {
  std::map<std::string, std::string> attributes;
  const auto take = [&] {
    const auto end = std::min(text.find('\0'), text.size());
    std::string part(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    return part;
  };
  while (!text.empty()) {
    std::string key = take();
    attributes[std::move(key)] = take();
  }
  return attributes;
}

std::string join_cursor(std::string_view first, std::string_view second) {
  const std::string text = std::string(first) + '\0' + std::string(second);
  return to_hex(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
}

bool is_cursor(std::string_view cursor) {
  std::vector<std::uint8_t> bytes(cursor.size() / 2);
  return from_hex(cursor, bytes.data(), bytes.size());
}

std::pair<std::string, std::string> split_cursor(std::string_view cursor) {
  std::string text(cursor.size() / 2, '\0');
  if (!from_hex(cursor, reinterpret_cast<std::uint8_t*>(text.data()), text.size())) return {};
  const auto middle = text.find('\0');
  if (middle == std::string::npos) return {text, {}};
  return {text.substr(0, middle), text.substr(middle + 1)};
}

}  // namespace swapmeet::sqlite
