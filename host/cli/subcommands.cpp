#include "host/cli/subcommands.h"

#include <algorithm>
#include <sstream>

#include "swapmeet/meant_name.h"

namespace swapmeet::cli {
namespace {

bool is_literal(const std::string& word) {
  return !word.empty() && std::all_of(word.begin(), word.end(),
                                      [](char c) { return (c >= 'a' && c <= 'z') || c == '|'; });
}

}  // namespace

std::vector<std::string> subcommands_of(const std::string& usage) {
  std::vector<std::string> all;
  std::istringstream lines(usage);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string word;
    words >> word >> std::ws;
    if (!(words >> word) || word.starts_with("[-")) continue;
    if (!is_literal(word)) return {};
    std::istringstream alternatives(word);
    for (std::string one; std::getline(alternatives, one, '|');) all.push_back(one);
  }
  return all;
}

std::string meant_text(const std::string& typed, const std::vector<std::string>& known) {
  const auto meant = meant_name(typed, known);
  return meant.empty() ? meant : "; did you mean '" + meant + "'?";
}

}  // namespace swapmeet::cli
