// Identifiers of fixed size that are written as lower-case hex: ContentId (what the bytes are) and
// PeerId (who shares them). Value types: comparable, hashable, cheap to copy.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace swapmeet {

std::string to_hex(const std::uint8_t* bytes, std::size_t size);
// Exactly 2*size hex digits, either case; false otherwise.
bool from_hex(std::string_view text, std::uint8_t* bytes, std::size_t size);

template <std::size_t N, class Tag>
struct HexId {
  static constexpr std::size_t kSize = N;
  std::array<std::uint8_t, N> bytes{};

  std::string text() const { return to_hex(bytes.data(), N); }
  // nullopt unless `text` is exactly 2*N hex digits.
  static std::optional<HexId> parse(std::string_view text) {
    HexId id;
    if (!from_hex(text, id.bytes.data(), N)) return std::nullopt;
    return id;
  }
  bool is_zero() const { return *this == HexId{}; }
  auto operator<=>(const HexId&) const = default;
};

struct ContentTag;
struct PeerTag;

// What a file's bytes are: the pieces root of BitTorrent v2 (BEP 52), 64 hex digits. The id of the
// empty file, which BEP 52 leaves out, is the SHA-256 of nothing (`kEmptyContent`).
using ContentId = HexId<32, ContentTag>;
// Made at random at a peer's first start: 32 hex digits.
using PeerId = HexId<16, PeerTag>;

inline constexpr ContentId kEmptyContent{{0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14,
                                          0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
                                          0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c,
                                          0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55}};

}  // namespace swapmeet

template <std::size_t N, class Tag>
struct std::hash<swapmeet::HexId<N, Tag>> {
  std::size_t operator()(const swapmeet::HexId<N, Tag>& id) const noexcept {
    std::size_t value;  // ids are random or hashes already
    std::memcpy(&value, id.bytes.data(), sizeof value);
    return value;
  }
};
