// The bytes of an answer up to its body: status line and fields (RFC 9112).
// Threads: free functions without shared state; a DateText is one thread's.
#pragma once

#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

#include "swapmeet/http.h"
#include "swapmeet/time.h"

namespace swapmeet::http {

// How an answer is framed and what becomes of the connection after it.
struct Framing {
  std::optional<std::uint64_t> length;  // none: of a stream, or of an answer without a body
  bool chunked = false;
  bool close = false;
  bool say_keep_alive = false;  // a client of HTTP/1.0 must be told
};

// The Date field: "Thu, 01 Jan 2026 00:00:00 GMT". Written once a second, however often it is asked
// for.
class DateText {
 public:
  std::string_view at(Time now);

 private:
  std::time_t second_ = -1;
  char text_[40] = "";
};

std::string write_head(const Response& response, const Framing& framing, std::string_view date);
std::string_view reason_phrase(int status);

}  // namespace swapmeet::http
