// SHA-256 (FIPS 180-4) of a whole text, for tokens, proofs and fingerprints. Large files are hashed
// elsewhere, piece by piece.
// Threads: free functions without shared state.
#pragma once

#include <string>
#include <string_view>

namespace swapmeet {

inline constexpr std::size_t kSha256Size = 32;

// The 32 bytes of the digest.
std::string sha256(std::string_view bytes);
// The same as 64 hex digits.
std::string sha256_hex(std::string_view bytes);

}  // namespace swapmeet
