// SHA-256 of two messages at a time by the processor's SHA instructions. One message alone waits
// for the latency of each instruction; a second one, interleaved, fills the gaps. Threads: free
// functions.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace swapmeet::transfer_swarm {

using NodeHash = std::array<std::uint8_t, 32>;

// Whether this processor has the instructions (x86 SHA extensions, SSE 4.1).
bool can_hash_pairs();
// Of two messages of `size` bytes each; only where can_hash_pairs(). FIPS 180-4.
std::array<NodeHash, 2> sha256_pair(const void* first, const void* second, std::size_t size);

}  // namespace swapmeet::transfer_swarm
