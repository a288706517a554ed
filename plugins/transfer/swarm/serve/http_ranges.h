// What an answer with the bytes of a file has to be by the fields of its request: the conditions of
// RFC 9110 §13 and the ranges of §14, for a file with a strong entity tag and no date. The content
// routes ask here before they open a body.
// Threads: free functions. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "swapmeet/http.h"

namespace swapmeet::transfer_swarm {

// By If-Match and If-None-Match.
enum class Preconditions {
  hold,
  not_modified,  // 304: the asker has it
  failed,        // 412: it is not what the asker wants
};
// `tag`: the file's entity tag with its quotation marks.
Preconditions weigh_preconditions(const http::Headers& headers, std::string_view tag);

struct RangeAnswer {
  enum Kind { whole, part, unsatisfiable } kind = whole;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};
// Anything but one well-formed byte range is answered with the whole (several ranges too: a server
// may ignore them). Of no bytes there is no part: they are always the whole.
RangeAnswer parse_range(std::string_view header, std::uint64_t size);
// By Range and If-Range, which count in a GET only.
RangeAnswer range_of(const http::Request& request, std::string_view tag, std::uint64_t size);
// "bytes 0-4/5", for the Content-Range of a part; "bytes */5" of an unsatisfiable one.
std::string content_range(const RangeAnswer& range, std::uint64_t size);

// Digits only; the largest number for all that do not fit.
std::optional<std::uint64_t> parse_decimal(std::string_view text);

}  // namespace swapmeet::transfer_swarm
