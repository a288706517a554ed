// What may come next on a command line, for the shells; and the few lines that each shell needs to
// ask for it. All of it is taken from the table of commands, so that it is never out of date.
// Threads: free functions.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "host/cli/commands.h"

namespace swapmeet::cli {

struct Completion {
  struct Word {
    std::string text;
    std::string help;  // or empty
  };
  std::vector<Word> words;
  bool files = false;    // files and folders of this machine, too
  bool folders = false;  // folders only
  // What only a running host knows: the placeholder of the usage, such as PEER; or empty.
  std::string wanted;
};

// `words`: what stands after the program's name; the last one is being typed and may be empty. Each
// of `commands` has all its options, those that every command takes among them.
Completion complete(std::span<const Command> commands, const std::vector<std::string>& words);
// For the shells' scripts: a line for each word, with its help behind a tab, ":files", ":folders".
std::string completion_lines(const Completion& completion);
// The script for `bash`, `zsh` or `fish`; empty: there is none for that shell.
std::string completion_script(const std::string& shell);

}  // namespace swapmeet::cli
