// The text forms of numbers, sizes and durations, as configuration files, queries and command lines
// have them.
// Threads: free functions without shared state.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace swapmeet {

// nullopt when the text is not one, in all of these.

// A whole number, with a '-' when it is negative.
std::optional<std::int64_t> parse_integer(std::string_view text);
// Bytes: "10M", "1.5G", "512K" (powers of 1,000), "4Ki", "1Mi" (of 1,024), with or without a 'B'.
std::optional<std::uint64_t> parse_size(std::string_view text);
// "500ms", "30s", "5m", "12h", "7d"; a fraction is allowed.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
// true yes on 1, false no off 0.
std::optional<bool> parse_boolean(std::string_view text);

}  // namespace swapmeet
