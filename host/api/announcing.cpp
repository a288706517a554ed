#include <zlib.h>

#include "host/api/api.h"
#include "host/api/request.h"

namespace swapmeet {
namespace {

constexpr std::size_t kMostBody = 16 << 20;
constexpr std::size_t kMostInflated = 64 << 20;  // a small body must not become a huge one

Result<std::string> inflate_gzip(const std::string& body) {
  z_stream stream{};
  if (inflateInit2(&stream, 15 + 16) != Z_OK)
    return Error{ErrorCode::internal, "zlib does not start", {}};
  struct End {
    z_stream& stream;
    ~End() { inflateEnd(&stream); }
  } const end{stream};
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
  stream.avail_in = static_cast<uInt>(body.size());
  std::string text;
  std::string portion(256 << 10, '\0');
  int state = Z_OK;
  while (state == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(portion.data());
    stream.avail_out = static_cast<uInt>(portion.size());
    state = inflate(&stream, Z_NO_FLUSH);
    text.append(portion, 0, portion.size() - stream.avail_out);
    if (text.size() > kMostInflated)
      return Error{
          ErrorCode::too_large, "the body inflates to more than 64 MiB; send smaller batches", {}};
    if (state == Z_STREAM_END && stream.avail_in > 0)  // a gzip may have several members
      state = inflateReset(&stream);
  }
  if (state != Z_STREAM_END)
    return Error{ErrorCode::invalid_argument, "the body is no whole gzip", {}};
  return text;
}

Result<http::Response> announce(const ApiContext& context, http::Request& request) {
  auto id = own_peer_of(context, request);
  if (!id) return std::move(id).error();
  if (const auto* coding = request.headers.find("Content-Encoding")) {
    if (*coding != "gzip")
      return Error{ErrorCode::invalid_argument, "Content-Encoding may only be gzip", {}};
    auto text = inflate_gzip(request.body);
    if (!text) return std::move(text).error();
    request.body = std::move(*text);
  }
  auto batch = wire::batch_from_ndjson(request.body);
  if (!batch) return std::move(batch).error();
  auto position = context.registry->announce(*id, peer_token_of(request), *batch);
  if (!position) return std::move(position).error();
  return http::json(wire::to_json(*position));
}

}  // namespace

void add_announcing(Api& api) {
  auto* registry = api.context().registry;
  api.add("GET", "/api/v1/peers/{id}/changes",
          [registry](http::Request& request) -> Result<http::Response> {
            if (!registry) return not_here("registry");
            auto id = id_of<PeerId>(request, "id");
            if (!id) return std::move(id).error();
            auto position = registry->announced(*id);
            if (!position) return std::move(position).error();
            return http::json(wire::to_json(*position));
          });
  api.add("POST", "/api/v1/peers/{id}/changes",
          [&context = api.context()](http::Request& request) -> Result<http::Response> {
            if (!context.registry) return not_here("registry");
            return announce(context, request);
          },
          {.max_body = kMostBody});
}

}  // namespace swapmeet
