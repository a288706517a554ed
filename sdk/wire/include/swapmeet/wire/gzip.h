// Bodies as gzip (RFC 1952), as large announcements travel.
// Threads: free functions without shared state.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "swapmeet/result.h"

namespace swapmeet::wire {

// Packed fast rather than small. `internal`: zlib does not work.
Result<std::string> gzip(std::string_view text);

// All members of a gzip, one after the other. `invalid_argument`: it is damaged, or not whole;
// `too_large`: there are more than `most` bytes in it, so that a small body cannot fill the memory.
Result<std::string> gunzip(std::string_view packed, std::size_t most);

}  // namespace swapmeet::wire
