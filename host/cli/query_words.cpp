#include "host/cli/query_words.h"

#include <algorithm>
#include <iostream>
#include <map>

#include "host/cli/display.h"
#include "host/cli/session.h"
#include "swapmeet/attributes.h"
#include "swapmeet/query.h"

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

// More than words: filters, what to leave out, beginnings of words.
bool asks_for_more(const std::string& word) {
  const auto query = parse_query(word);
  if (!query) return word.find(':') != std::string::npos;
  return !query->filters.empty() ||
         std::any_of(query->terms.begin(), query->terms.end(),
                     [](const QueryTerm& term) { return term.prefix || term.negated; });
}

}  // namespace

TypedQuery query_of(const std::vector<std::string>& words) {
  TypedQuery query;
  for (const auto& word : words) {
    const bool spaced = words.size() > 1 && word.find(' ') != std::string::npos &&
                        word.find('"') == std::string::npos;
    const auto quoted_from = spaced ? value_in(word) : 0;
    const bool phrase = spaced && (quoted_from > 0 || !asks_for_more(word));
    query.text += query.text.empty() ? "" : " ";
    query.text +=
        phrase ? word.substr(0, quoted_from) + '"' + word.substr(quoted_from) + '"' : word;
    query.guessed = query.guessed || (phrase && quoted_from == 0);
  }
  return query;
}

std::string as_phrase(const std::string& query) {
  if (query.find('"') != std::string::npos || query.find(' ') == std::string::npos) return {};
  const auto from = value_in(query);
  if (from == 0 && asks_for_more(query)) return {};
  return "'" + query.substr(0, from) + '"' + query.substr(from) + "\"'";
}

const std::vector<Option>& filter_options() {
  static const std::vector<Option> kOptions{
      {"--type", "", "TYPE", "audio, video, image, document, archive, software or other"},
      {"--ext", "", "ENDING", "only names that end so: flac"},
      {"--larger", "", "SIZE", "only files of at least so many bytes: 10M"},
      {"--smaller", "", "SIZE", "only files of at most so many"},
      {"--peer", "", "PEER", "only what this peer has"},
      {"--path", "", "PART", "only what has this in its path"}};
  return kOptions;
}

Result<std::string> filters_of(const Arguments& arguments) {
  static const std::map<std::string, std::string> kFilters{
      {"--type", "type:"},     {"--ext", "ext:"},   {"--larger", "size>="},
      {"--smaller", "size<="}, {"--peer", "peer:"}, {"--path", "path:"}};
  std::string text;
  for (const auto& option : filter_options())
    for (const auto& value : arguments.values(option.name)) {
      if (value.empty() || value.find('"') != std::string::npos)
        return wrong_usage(option.name + " takes " + option.value + ", without quotation marks");
      const bool is_plain = value.find(' ') == std::string::npos;
      const auto filter = kFilters.at(option.name) + (is_plain ? value : '"' + value + '"');
      if (const auto query = parse_query(filter); !query)
        return wrong_usage(option.name + ": " + query.error().message);
      text += (text.empty() ? "" : " ") + filter;
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
