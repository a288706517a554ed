#include "swapmeet/wire/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <limits>

namespace swapmeet::wire {
namespace {

constexpr int kGzip = 15 + 16;  // zlib: the largest window, with gzip's header and trailer
constexpr std::size_t kPortion = 256 << 10;
constexpr std::size_t kMostAtOnce = std::numeric_limits<uInt>::max();

Bytef* input(std::string_view text) {  // zlib does not write to it
  return reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
}

// Hands zlib as much of the rest as it counts.
void feed(z_stream& stream, std::string_view& rest) {
  if (stream.avail_in > 0 || rest.empty()) return;
  const auto size = std::min(rest.size(), kMostAtOnce);
  stream.next_in = input(rest);
  stream.avail_in = static_cast<uInt>(size);
  rest.remove_prefix(size);
}

}  // namespace

Result<std::string> gzip(std::string_view text) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, kGzip, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    return internal_error("zlib does not start");
  struct End {
    z_stream& stream;
    ~End() { deflateEnd(&stream); }
  } const end{stream};
  std::string packed;
  std::string portion(std::min<std::size_t>(deflateBound(&stream, text.size()), kPortion), '\0');
  int state = Z_OK;
  while (state == Z_OK) {
    feed(stream, text);
    stream.next_out = reinterpret_cast<Bytef*>(portion.data());
    stream.avail_out = static_cast<uInt>(portion.size());
    state = deflate(&stream, text.empty() ? Z_FINISH : Z_NO_FLUSH);
    packed.append(portion, 0, portion.size() - stream.avail_out);
  }
  if (state != Z_STREAM_END) return internal_error("zlib cannot compress");
  return packed;
}

Result<std::string> gunzip(std::string_view packed, std::size_t most) {
  z_stream stream{};
  if (inflateInit2(&stream, kGzip) != Z_OK) return internal_error("zlib does not start");
  struct End {
    z_stream& stream;
    ~End() { inflateEnd(&stream); }
  } const end{stream};
  std::string text;
  std::string portion(kPortion, '\0');
  int state = Z_OK;
  while (state == Z_OK) {
    feed(stream, packed);
    stream.next_out = reinterpret_cast<Bytef*>(portion.data());
    stream.avail_out = static_cast<uInt>(portion.size());
    state = inflate(&stream, Z_NO_FLUSH);
    text.append(portion, 0, portion.size() - stream.avail_out);
    if (text.size() > most)
      return Error{
          ErrorCode::too_large, "it inflates to more than " + std::to_string(most) + " bytes", {}};
    const bool more = stream.avail_in > 0 || !packed.empty();
    if (state == Z_STREAM_END && more) state = inflateReset(&stream);
  }
  if (state != Z_STREAM_END) return invalid_argument("it is no whole gzip");
  return text;
}

}  // namespace swapmeet::wire
