// The words after a command, sorted into options and the rest, against what the command takes.
// Threads: value types.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "swapmeet/result.h"

namespace swapmeet::cli {

struct Option {
  std::string name;    // "--folder"
  std::string letter;  // "-o", or empty
  std::string value;   // what it takes, for the help: "FOLDER"; empty: nothing
  std::string help;
};

struct Arguments {
  std::vector<std::string> words;
  std::map<std::string, std::vector<std::string>> options;  // by name

  bool has(const std::string& name) const { return options.count(name) != 0; }
  // The last one given, or nothing.
  std::string value(const std::string& name) const;
  std::vector<std::string> values(const std::string& name) const;
};

// "--name value", "--name=value", "-o value"; "--" ends the options. `free_words`: a word with one
// dash that is no option is a word (search: -without). `invalid_argument` is a sentence.
Result<Arguments> parse_arguments(const std::vector<std::string>& words,
                                  std::span<const Option> options, bool free_words);

}  // namespace swapmeet::cli
