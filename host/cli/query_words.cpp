#include "host/cli/query_words.h"

#include <iostream>

#include "host/cli/display.h"
#include "host/cli/session.h"
#include "swapmeet/attributes.h"

namespace swapmeet::cli {

namespace {

// Where the value of a filter begins that takes more than one word: artist:nina simone, which a
// shell makes of artist:"nina simone". 0: it is none.
std::size_t value_in(const std::string& word) {
  const auto colon = word.find(':');
  if (colon == std::string::npos) return 0;
  const std::size_t begin = word.starts_with('-') ? 1 : 0;
  const auto name = word.substr(begin, colon - begin);
  const bool is_filter = name == "path" || name == "peer" || name.starts_with("attr.") ||
                         known_attribute(name) != nullptr;
  return is_filter && word.find(' ') > colon + 1 ? colon + 1 : 0;
}

}  // namespace

std::string query_of(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) {
    const bool phrase = word.find(' ') != std::string::npos && word.find('"') == std::string::npos;
    const auto quoted_from = phrase ? value_in(word) : 0;
    text += text.empty() ? "" : " ";
    text += phrase ? word.substr(0, quoted_from) + '"' + word.substr(quoted_from) + '"' : word;
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
