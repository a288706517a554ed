// A strict parser of HTTP/1.1 request heads (RFC 9110, 9112) and chunked bodies. What two parsers
// could read differently (request smuggling) is an error, never a guess. No I/O; not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "swapmeet/http.h"

namespace swapmeet::http {

inline constexpr std::size_t kMaxHead = 16 << 10;   // bytes of a request line with all fields
inline constexpr std::size_t kMaxTarget = 8 << 10;  // bytes of a request target
inline constexpr std::size_t kMaxFields = 100;      // field lines of a head

struct Head {
  Request request;       // all but id, body, params and where it came from
  std::size_t size = 0;  // bytes that the head took, with the empty line
  bool keep_alive = true;
  bool chunked = false;
  bool expects_continue = false;
  bool http_1_0 = false;
  std::string authority;  // of a target in absolute form; it has replaced Host
  std::uint64_t content_length = 0;

  bool has_body() const { return chunked || content_length > 0; }
};

struct Incomplete {};
// The answer to give before closing the connection.
struct Refusal {
  int status = 400;
  std::string reason;
};

// Parses the head at the front of `bytes`.
std::variant<Incomplete, Refusal, Head> parse_head(std::string_view bytes);

// Percent-decoding; nullopt for a broken escape or a NUL byte. '+' is a space only in queries.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space = false);

// Takes chunked bytes bit by bit and collects the body.
class ChunkedBody {
 public:
  explicit ChunkedBody(std::size_t max_body) : max_body_(max_body) {}
  enum class State { more, done, broken, too_large };
  // Removes from `bytes` what it has read.
  State take(std::string& bytes);
  std::string& body() { return body_; }
  const std::string& body() const { return body_; }

 private:
  enum class Part { size, data, data_end, trailer };
  std::optional<State> take_line(std::string_view line);

  std::size_t max_body_;
  std::string body_;
  Part part_ = Part::size;
  std::uint64_t left_ = 0;
  std::size_t trailer_bytes_ = 0;
};

}  // namespace swapmeet::http
