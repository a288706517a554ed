// The terminal, if there is one: its width, passwords without echo, Ctrl-C.
// Threads: one, but for interrupted().
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "swapmeet/result.h"

namespace swapmeet::cli {

bool on_terminal();                           // standard output is one
std::optional<std::size_t> terminal_width();  // nullopt: it is none

// Asks without echo when standard input is a terminal, else reads a line of it.
Result<std::string> read_password(const std::string& prompt);
bool input_is_terminal();

// From now on Ctrl-C only sets a flag, and a second one ends the program.
void catch_interrupts();
bool interrupted();

}  // namespace swapmeet::cli
