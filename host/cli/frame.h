// What a whole terminal shows: lines of printable text, and where the cursor is.
// Threads: value types.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace swapmeet::cli {

struct FrameLine {
  enum class Look : std::uint8_t { plain, inverse, dim };
  std::string text{};  // not wider than the terminal
  Look look = Look::plain;

  bool operator==(const FrameLine&) const = default;
};

struct Frame {
  std::vector<FrameLine> lines;
  std::size_t row = 0;     // of the cursor, from 0
  std::size_t column = 0;  // the same
};

}  // namespace swapmeet::cli
