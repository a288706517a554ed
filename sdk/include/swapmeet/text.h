// Small tools for text: what is blank, what is a control character, and comparing without case.
// They know ASCII only, which is what protocols and configuration files need; `fold` in query.h is
// for what people search.
// Threads: free functions without shared state.
#pragma once

#include <string>
#include <string_view>

namespace swapmeet {

// Without the blanks at both ends.
std::string_view trim(std::string_view text, std::string_view blanks = " \t");

// A control character of ASCII: below the space, or DEL.
constexpr bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }
bool has_control(std::string_view text);
// Also the control characters that UTF-8 writes with two bytes: U+0080 to U+009F.
bool has_unicode_control(std::string_view text);

// A to Z become a to z; everything else stays.
constexpr char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
std::string to_lower(std::string_view text);
// Equal but for the case of A to Z, as names of header fields and schemes of URLs are.
bool equal_without_case(std::string_view a, std::string_view b);

}  // namespace swapmeet
