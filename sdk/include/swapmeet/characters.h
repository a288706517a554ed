// UTF-8 a character at a time, and which characters do more than be seen: they steer a terminal,
// turn the direction of the text around them, or hide in it. Names from strangers go through this
// before they reach a disk, a log or a terminal.
// Threads: free functions without shared state.
#pragma once

#include <string>
#include <string_view>

namespace swapmeet {

struct Character {
  char32_t code = 0;       // U+FFFD for a byte that is no UTF-8
  std::string_view bytes;  // what it is written with; one byte when that is no UTF-8
  bool valid = true;
};

// The first character of `text`, which must not be empty, taken off its front.
Character next_character(std::string_view& text);

// Control characters (C0, DEL, C1), those that turn the direction of text (U+202E and its kind),
// separators of lines, and invisible ones that join or part nothing. Not the joiners that scripts
// and emoji need (U+200C, U+200D).
bool is_steering(char32_t code);

// Each steering character and each byte that is no UTF-8 replaced.
std::string without_steering(std::string_view text, std::string_view instead = "\xef\xbf\xbd");

}  // namespace swapmeet
