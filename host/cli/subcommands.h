// The words that may come first after a command, as its usage has them: list, add, audience, … of
// share. Threads: pure functions.
#pragma once

#include <string>
#include <vector>

namespace swapmeet::cli {

// `usage`: lines such as "share add NAME FOLDER" and "inbox accept|refuse ID…". Empty: something
// else may stand there, such as a NAME.
std::vector<std::string> subcommands_of(const std::string& usage);
// "; did you mean 'list'?", or "" when it is no typing error of one of them.
std::string meant_text(const std::string& typed, const std::vector<std::string>& known);

}  // namespace swapmeet::cli
