// The usage of a command, "share add NAME FOLDER", taken apart: which words stand where.
// Threads: value types.
#pragma once

#include <string>
#include <vector>

namespace swapmeet::cli {

// "list", "pause|resume", "FILE|FOLDER…", "[NAME]"
struct UsageWord {
  std::vector<std::string> literals;      // to be typed as they stand
  std::vector<std::string> placeholders;  // FILE, PEER
  bool repeated = false;                  // …

  bool allows(const std::string& word) const;
};

// One line of a usage without the name of the command.
struct UsageLine {
  std::vector<UsageWord> words;
  std::vector<std::string> needed_options;  // "--from", where the line is for those who give it

  // What may stand at `place`, from 0; nullptr: nothing.
  const UsageWord* at(std::size_t place) const;
  // Whether what was typed fits.
  bool begins_with(const std::vector<std::string>& typed) const;
};

std::vector<UsageLine> usage_lines(const std::string& usage);

}  // namespace swapmeet::cli
