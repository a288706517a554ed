// All commands with their words, options and help: what the program's help, its manual, the
// completion of shells and the reference are made from.
// Threads: any; they never change.
#pragma once

#include <vector>

#include "host/cli/arguments.h"
#include "host/cli/commands.h"

namespace swapmeet::cli {

// In the order of the overview.
const std::vector<Command>& commands();
// Of each command that speaks to a host, besides its own.
const std::vector<Option>& host_options();

}  // namespace swapmeet::cli
