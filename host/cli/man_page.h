// The manual page swapmeet(1), from the table of commands.
// Threads: free function.
#pragma once

#include <span>
#include <string>

#include "host/cli/commands.h"

namespace swapmeet::cli {

// In the language of man(7). Each of `commands` has all its options; `common` are those that most
// commands take, which are described once.
std::string man_page(std::span<const Command> commands, std::span<const Option> common,
                     const std::string& version);

}  // namespace swapmeet::cli
