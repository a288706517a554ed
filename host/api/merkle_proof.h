// Whether a Merkle layer is that of a content: the pieces root of BEP 52, from the nodes of equal
// pieces up. Threads: a free function without shared state.
#pragma once

#include <cstdint>
#include <string_view>

#include "swapmeet/id.h"

namespace swapmeet {

// True when these nodes, 32 bytes for each piece of `piece` bytes (a power of two, at least 16
// KiB), lead to the content id.
bool leads_to(const ContentId& content, std::uint64_t size, std::uint64_t piece,
              std::string_view nodes);

}  // namespace swapmeet
