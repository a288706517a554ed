// Which pieces of a content a peer has, as it tells at GET /content/{cid}/pieces: all of them, or
// while it still fetches the content those that it has proven.
// Threads: free functions without shared state.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "swapmeet/id.h"
#include "swapmeet/result.h"

namespace swapmeet::wire {

struct PieceReport {
  ContentId content;
  std::uint64_t size = 0;   // of the whole content
  bool complete = false;    // then the rest says nothing more
  std::uint64_t piece = 0;  // bytes of each piece but the last; a power of two
  std::string bits;         // a bit a piece, the lowest of the first byte is the first piece's
  std::string coming;       // the same, of those that are on their way; empty: none, or not told

  bool operator==(const PieceReport&) const = default;
};

// {"content":"…","size":1,"complete":false,"piece":1048576,"pieces":"<hex>","coming":"<hex>"};
// "coming" may be missing, and a complete one has none of the last three.
std::string to_json(const PieceReport& report);
// `invalid_argument`: it is not that, or the bits are not those of such a size.
Result<PieceReport> piece_report_from(std::string_view json);

}  // namespace swapmeet::wire
