#include "host/cli/usage.h"

#include <algorithm>
#include <cctype>
#include <sstream>

namespace swapmeet::cli {
namespace {

constexpr std::string_view kRepeated = "…";

UsageWord usage_word(std::string text) {
  UsageWord word;
  std::erase(text, '[');
  std::erase(text, ']');
  if (text.ends_with(kRepeated)) {
    word.repeated = true;
    text.resize(text.size() - kRepeated.size());
  }
  std::istringstream parts(text);
  for (std::string part; std::getline(parts, part, '|');)
    if (!part.empty())
      (std::islower(static_cast<unsigned char>(part[0])) ? word.literals : word.placeholders)
          .push_back(part);
  return word;
}

bool is_value(const std::string& text) {
  return !text.empty() && std::isupper(static_cast<unsigned char>(text[0]));
}

UsageLine usage_line(const std::string& text) {
  UsageLine line;
  std::istringstream words(text);
  std::string word;
  words >> word;  // the command
  bool in_option = false;
  while (words >> word) {
    if (in_option || word.starts_with("[-")) {  // [--config FILE]
      in_option = !word.ends_with(']');
    } else if (word.starts_with("--")) {
      line.needed_options.push_back(word);
      const auto before = words.tellg();
      if (std::string value; !(words >> value) || !is_value(value)) {
        words.clear();
        words.seekg(before);
      }
    } else {
      line.words.push_back(usage_word(word));
    }
  }
  return line;
}

}  // namespace

bool UsageWord::allows(const std::string& word) const {
  return !placeholders.empty() ||
         std::find(literals.begin(), literals.end(), word) != literals.end();
}

const UsageWord* UsageLine::at(std::size_t place) const {
  if (place < words.size()) return &words[place];
  return !words.empty() && words.back().repeated ? &words.back() : nullptr;
}

bool UsageLine::begins_with(const std::vector<std::string>& typed) const {
  for (std::size_t i = 0; i < typed.size(); ++i)
    if (const auto* word = at(i); word == nullptr || !word->allows(typed[i])) return false;
  return true;
}

std::vector<UsageLine> usage_lines(const std::string& usage) {
  std::vector<UsageLine> lines;
  std::istringstream text(usage);
  for (std::string line; std::getline(text, line);) lines.push_back(usage_line(line));
  return lines;
}

}  // namespace swapmeet::cli
