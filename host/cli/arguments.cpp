#include "host/cli/arguments.h"

#include <algorithm>

#include "swapmeet/meant_name.h"

namespace swapmeet::cli {
namespace {

// "; did you mean --folder?", or nothing.
std::string meant_option(const std::string& typed, std::span<const Option> options) {
  std::vector<std::string> names;
  for (const auto& option : options) names.push_back(option.name);
  auto meant = meant_name(typed, names);
  return meant.empty() ? meant : "; did you mean " + meant + "?";
}

}  // namespace

std::string Arguments::value(const std::string& name) const {
  const auto found = options.find(name);
  return found == options.end() || found->second.empty() ? "" : found->second.back();
}

std::vector<std::string> Arguments::values(const std::string& name) const {
  const auto found = options.find(name);
  return found == options.end() ? std::vector<std::string>{} : found->second;
}

Result<Arguments> parse_arguments(const std::vector<std::string>& words,
                                  std::span<const Option> options, bool free_words) {
  const auto wrong = [](std::string sentence) {
    return Error{ErrorCode::invalid_argument, std::move(sentence), {}};
  };
  Arguments arguments;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto& word = words[i];
    if (word == "--") {
      arguments.words.insert(arguments.words.end(),
                             words.begin() + static_cast<std::ptrdiff_t>(i) + 1, words.end());
      break;
    }
    const bool is_long = word.starts_with("--");
    if (!is_long && (word.size() < 2 || word[0] != '-')) {
      arguments.words.push_back(word);
      continue;
    }
    const auto equals = is_long ? word.find('=') : std::string::npos;
    const auto name = word.substr(0, equals);
    const auto option = std::find_if(options.begin(), options.end(), [&](const Option& one) {
      return one.name == name || (!one.letter.empty() && one.letter == name);
    });
    if (option == options.end()) {
      if (!is_long && free_words) {
        arguments.words.push_back(word);
        continue;
      }
      return wrong("there is no option " + name + " here" + meant_option(name, options));
    }
    auto& values = arguments.options[option->name];
    if (option->value.empty()) {
      if (equals != std::string::npos) return wrong(name + " takes no value");
      values.emplace_back();
    } else if (equals != std::string::npos) {
      values.push_back(word.substr(equals + 1));
    } else if (++i < words.size()) {
      values.push_back(words[i]);
    } else {
      return wrong(name + " needs a value: " + option->value);
    }
  }
  return arguments;
}

}  // namespace swapmeet::cli
