#include "host/cli/keys.h"

#include <map>

#include "swapmeet/characters.h"

namespace swapmeet::cli {
namespace {

using Kind = Key::Kind;

constexpr char kEscape = '\x1b';
constexpr std::string_view kPasteEnd = "\x1b[201~";
constexpr std::size_t kLongestSequence = 32;

// By what ends a sequence of ECMA-48, or for '~' by the number before it.
std::optional<Kind> kind_of(std::string_view parameters, char end) {
  static const std::map<char, Kind> kLetters{
      {'A', Kind::up},   {'B', Kind::down}, {'C', Kind::right},   {'D', Kind::left},
      {'H', Kind::home}, {'F', Kind::end},  {'Z', Kind::back_tab}};
  static const std::map<std::string_view, Kind> kNumbers{
      {"1", Kind::home},  {"7", Kind::home},    {"4", Kind::end},      {"8", Kind::end},
      {"3", Kind::erase}, {"5", Kind::page_up}, {"6", Kind::page_down}};
  if (end == '~') {
    const auto found = kNumbers.find(parameters.substr(0, parameters.find(';')));
    return found == kNumbers.end() ? std::nullopt : std::optional(found->second);
  }
  const auto found = kLetters.find(end);
  return found == kLetters.end() ? std::nullopt : std::optional(found->second);
}

// Bytes of a character of UTF-8 that begins so; 1 also for what is none.
std::size_t length_of(char first) {
  const auto byte = static_cast<unsigned char>(first);
  return byte >= 0xF8 ? 1 : byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;
}

Key control_key(char byte) {
  constexpr int kLetters = 0x60;
  switch (byte) {
    case '\r':
    case '\n': return {Kind::enter};
    case '\t': return {Kind::tab};
    case '\b':
    case '\x7f': return {Kind::backspace};
    default: return {Kind::control, std::string(1, static_cast<char>(byte + kLetters))};
  }
}

}  // namespace

std::vector<Key> KeyReader::read(std::string_view bytes) {
  bytes_ += bytes;
  std::vector<Key> keys;
  while (!bytes_.empty() && step(keys) == Step::taken) {
  }
  return keys;
}

std::vector<Key> KeyReader::end_waiting() {
  if (pasting_) return {};
  const bool is_escape = bytes_ == std::string(1, kEscape);
  bytes_.clear();
  return is_escape ? std::vector<Key>{{Kind::escape}} : std::vector<Key>{};
}

KeyReader::Step KeyReader::step(std::vector<Key>& keys) {
  if (pasting_) return pasted(keys);
  const char first = bytes_[0];
  if (first == kEscape) return sequence(keys);
  if (static_cast<unsigned char>(first) >= ' ' && first != '\x7f') return character(keys);
  keys.push_back(control_key(first));
  bytes_.erase(0, 1);
  return Step::taken;
}

KeyReader::Step KeyReader::sequence(std::vector<Key>& keys) {
  if (bytes_.size() == 1) return Step::incomplete;
  if (bytes_[1] != '[' && bytes_[1] != 'O') {  // Escape, and something else after it
    keys.push_back({Kind::escape});
    bytes_.erase(0, 1);
    return Step::taken;
  }
  std::size_t end = 2;
  while (end < bytes_.size() && (bytes_[end] < '@' || bytes_[end] > '~')) ++end;
  if (end == bytes_.size() && end < kLongestSequence) return Step::incomplete;
  if (end < bytes_.size()) {
    const auto parameters = std::string_view(bytes_).substr(2, end - 2);
    if (parameters == "200" && bytes_[end] == '~')
      pasting_ = true;
    else if (const auto kind = kind_of(parameters, bytes_[end]))
      keys.push_back({*kind});
  }
  bytes_.erase(0, end + 1);
  return Step::taken;
}

KeyReader::Step KeyReader::pasted(std::vector<Key>& keys) {
  const auto end = bytes_.find(kPasteEnd);
  if (end == std::string::npos) return Step::incomplete;
  auto text = without_steering(std::string_view(bytes_).substr(0, end), " ");
  if (!text.empty()) keys.push_back({Kind::text, std::move(text)});
  bytes_.erase(0, end + kPasteEnd.size());
  pasting_ = false;
  return Step::taken;
}

KeyReader::Step KeyReader::character(std::vector<Key>& keys) {
  const auto length = length_of(bytes_[0]);
  if (bytes_.size() < length) return Step::incomplete;
  std::string_view rest = bytes_;
  const auto first = next_character(rest);
  const auto taken = first.bytes.size();
  if (first.valid && !is_steering(first.code))
    keys.push_back({Kind::text, std::string(first.bytes)});
  bytes_.erase(0, taken);
  return Step::taken;
}

}  // namespace swapmeet::cli
