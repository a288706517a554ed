// Text on a terminal: how wide it is there, cut to fit, and without anything that would steer the
// terminal. Whatever comes from others goes through printable() before it is shown.
// Threads: free functions.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace swapmeet::cli {

// Control characters (C0, DEL, C1), the marks that turn the direction of writing, and bytes that
// are no UTF-8 become U+FFFD.
std::string printable(std::string_view text);
// The same for JSON, where they become \u escapes: the document stays what it was.
std::string printable_json(std::string_view json);

// Columns that a printable text takes (Unicode: wide characters take two, combining ones none).
std::size_t display_width(std::string_view text);
// At most `width` columns; what is cut ends in "…".
std::string cut_to_width(std::string_view text, std::size_t width);
// The same of what says most at its end, as a folder does: it begins with "…" then.
std::string end_to_width(std::string_view text, std::size_t width);
// In lines of at most `width` columns, each with `indent` spaces before it and an end. They break
// at spaces; a longer word stays whole. `width` nullopt: one line.
std::string wrapped(std::string_view text, std::size_t indent, std::optional<std::size_t> width);

}  // namespace swapmeet::cli
