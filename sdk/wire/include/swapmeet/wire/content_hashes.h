// Hashes of a content as other programs want them: SHA-256 of the whole and of its pieces for
// Metalink files (RFC 5854) and digest fields (RFC 9530), SHA-1 of the pieces and the Merkle layer
// for torrents (BEP 3, BEP 52). A peer tells them at GET /content/{cid}/hashes. Only the layer can
// be checked against the content id; the others are the peer's word.
// Threads: free functions without shared state.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "swapmeet/id.h"
#include "swapmeet/result.h"

namespace swapmeet::wire {

inline constexpr std::size_t kSha1Size = 20;
inline constexpr std::size_t kNodeSize = 32;

struct ContentHashes {
  ContentId content;
  std::uint64_t size = 0;
  std::string sha256;               // of all bytes, 64 hex digits
  std::uint64_t piece = 0;          // bytes of each piece but the last; a power of two
  std::vector<std::string> pieces;  // 64 hex digits each; none for an empty content
  std::string sha1;                 // kSha1Size bytes a piece; empty: not told
  std::string layer;                // kNodeSize bytes a piece; empty: not told, or a single piece

  bool operator==(const ContentHashes&) const = default;
};

// Bytes of a piece: a power of two, at least 1 MiB, so large that there are at most 4,096.
std::uint64_t hashed_piece_size(std::uint64_t size);

// {"content":"…","size":1,"sha256":"…","piece":1048576,"pieces":["…"],"sha1":"…","layer":"…"}
std::string to_json(const ContentHashes& hashes);
// `invalid_argument`: it is not that, or the pieces are not those of such a size.
Result<ContentHashes> content_hashes_from(std::string_view json);
// The SHA-256 as digest fields carry it.
std::string sha256_base64(const ContentHashes& hashes);

}  // namespace swapmeet::wire
