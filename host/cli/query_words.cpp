#include "host/cli/query_words.h"

#include <iostream>

#include "host/cli/display.h"
#include "host/cli/session.h"

namespace swapmeet::cli {

std::string query_of(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) {
    const bool phrase = word.find(' ') != std::string::npos && word.find('"') == std::string::npos;
    (text += text.empty() ? "" : " ") += phrase ? '"' + word + '"' : word;
  }
  return text;
}

int fail_query(const std::string& query, const Error& error) {
  const int code = fail(error);
  if (error.position && *error.position <= query.size())
    std::cerr << "  " << printable(query) << "\n  "
              << std::string(display_width(printable(query.substr(0, *error.position))), ' ')
              << "^\n";
  return code;
}

}  // namespace swapmeet::cli
