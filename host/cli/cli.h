// The command line of a person: help, and every command that speaks to a running host.
// Exit codes: 0 done, 1 it failed, 2 wrong usage, 3 not found, 4 not allowed, 5 host not reachable.
#pragma once

#include <string>
#include <vector>

namespace swapmeet {

int run_command(const std::string& command, const std::vector<std::string>& words);
// True when the words ask for help; then the usage of the command has been printed.
bool printed_help(const std::string& command, const std::vector<std::string>& words);

}  // namespace swapmeet
