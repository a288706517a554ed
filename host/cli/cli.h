// The command line of a person: help, and every command that speaks to a running host.
// Exit codes: 0 done, 1 it failed, 2 wrong usage, 3 not found, 4 not allowed, 5 host not reachable.
#pragma once

#include <string>
#include <vector>

#include "host/cli/arguments.h"
#include "swapmeet/time.h"

namespace swapmeet {

// What a command takes, checked. `invalid_argument` says what is wrong with the words.
Result<cli::Arguments> command_arguments(const std::string& command,
                                         const std::vector<std::string>& words);
// Prints what is wrong; the exit code.
int misused(const std::string& command, const Error& error);
int run_command(const std::string& command, const std::vector<std::string>& words, Clock& clock);
// True when the words ask for help; then the usage of the command has been printed.
bool printed_help(const std::string& command, const std::vector<std::string>& words);

}  // namespace swapmeet
