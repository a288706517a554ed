#include "transfer/swarm/content_routes.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <charconv>

#include "swapmeet/media_type.h"

namespace swapmeet::swarm {
namespace {

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// True when the list of entity tags holds the tag or is "*". Weak tags count only when `weak`.
bool lists_tag(std::string_view list, std::string_view tag, bool weak) {
  while (!list.empty()) {
    const auto comma = list.find(',');
    auto item = list.substr(0, comma);
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    while (!item.empty() && (item.front() == ' ' || item.front() == '\t')) item.remove_prefix(1);
    while (!item.empty() && (item.back() == ' ' || item.back() == '\t')) item.remove_suffix(1);
    if (weak && item.starts_with("W/")) item.remove_prefix(2);
    if (item == "*" || item == tag) return true;
  }
  return false;
}

// RFC 6266 and 8187.
std::string disposition(const std::string& name) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_~";
  std::string encoded;
  for (const char c : name) {
    if (kPlain.find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      encoded += '%';
      encoded += kDigits[static_cast<unsigned char>(c) >> 4];
      encoded += kDigits[static_cast<unsigned char>(c) & 15];
    }
  }
  return "attachment; filename*=UTF-8''" + encoded;
}

struct Opened {
  ContentPlace place;
  std::shared_ptr<const http::OpenFile> file;
};

bool is_still(int descriptor, const FileStamp& stamp) {
  struct stat info {};
  if (descriptor < 0 || fstat(descriptor, &info) != 0 || !S_ISREG(info.st_mode)) return false;
  const auto mtime =
      static_cast<std::int64_t>(info.st_mtim.tv_sec) * 1'000'000'000 + info.st_mtim.tv_nsec;
  return FileStamp{info.st_ino, static_cast<std::uint64_t>(info.st_size), mtime} == stamp;
}

Error not_here(const std::string& content) {
  return {ErrorCode::not_found,
          "this peer does not share the content " + content + " (any more); ask another source",
          {}};
}

// What there is to serve from.
struct Shelf {
  Catalogue& catalogue;
  OfferedContents* offers;

  std::vector<ContentPlace> places(const ContentId& content, const std::string* offer) const {
    auto found = catalogue.places(content);
    if (offers != nullptr && offer != nullptr)
      if (auto place = offers->place(content, *offer)) found.push_back(std::move(*place));
    return found;
  }
  std::optional<MerkleTree> tree(const ContentId& content, const std::string* offer) const {
    auto found = catalogue.tree(content);
    if (!found && offers != nullptr && offer != nullptr) return offers->tree(content, *offer);
    return found;
  }
};

Result<Opened> open_content(const Shelf& shelf, const http::Request& request) {
  const auto& text = request.params.at("cid");
  const auto content = ContentId::parse(text);
  if (!content)
    return Error{ErrorCode::invalid_argument, "a content id has 64 hexadecimal digits", {}};
  for (auto& place : shelf.places(*content, request.query_value("offer"))) {
    if (!place.audience.admits(request.identity)) continue;
    auto file = std::make_shared<const http::OpenFile>(
        open(place.file.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
    if (is_still(file->descriptor(), place.stamp)) return Opened{std::move(place), std::move(file)};
  }
  return not_here(text);
}

http::Response bytes_of(const Shelf& shelf, UploadMeter& meter, const http::Request& request) {
  auto opened = open_content(shelf, request);
  if (!opened) return http::problem(opened.error(), request.id);
  const auto content = *ContentId::parse(request.params.at("cid"));
  const auto size = opened->place.stamp.size;
  const auto tag = '"' + content.text() + '"';
  http::Response response;
  response.headers.set("ETag", tag);
  response.headers.set("Accept-Ranges", "bytes");
  const auto* match = request.headers.find("If-Match");
  const auto* none_match = request.headers.find("If-None-Match");
  if (match != nullptr && !lists_tag(*match, tag, false)) {
    response.status = 412;
    return response;
  }
  if (none_match != nullptr && lists_tag(*none_match, tag, true)) {
    response.status = 304;
    return response;
  }
  RangeAnswer range{RangeAnswer::whole, 0, size};
  const auto* asked = request.headers.find("Range");
  const auto* if_range = request.headers.find("If-Range");
  if (asked != nullptr && request.method == "GET" && (if_range == nullptr || *if_range == tag))
    range = parse_range(*asked, size);
  if (range.kind == RangeAnswer::unsatisfiable) {
    response.status = 416;
    response.headers.set("Content-Range", "bytes */" + std::to_string(size));
    return response;
  }
  if (range.kind == RangeAnswer::part) {
    response.status = 206;
    response.headers.set("Content-Range", "bytes " + std::to_string(range.offset) + '-' +
                                              std::to_string(range.offset + range.length - 1) +
                                              '/' + std::to_string(size));
  }
  response.headers.set("Content-Type", std::string(mime_type_of(opened->place.name)));
  response.headers.set("X-Content-Type-Options", "nosniff");
  response.headers.set("Content-Disposition", disposition(opened->place.name));
  http::FileBody body{opened->file, range.offset, range.length, {}, {}};
  if (request.method == "GET") {
    auto calls = meter.begin(request.remote_address, content, opened->place.name, range.length);
    body.on_sent = std::move(calls.on_sent);
    body.on_end = std::move(calls.on_end);
  }
  response.body = std::move(body);
  return response;
}

http::Response layer_of(const Shelf& shelf, const http::Request& request) {
  const auto* piece_text = request.query_value("piece");
  const auto piece = piece_text != nullptr ? number(*piece_text) : std::nullopt;
  if (!piece)
    return http::problem(
        {ErrorCode::invalid_argument, "say the piece size in bytes: ?piece=1048576", {}},
        request.id);
  const auto opened = open_content(shelf, request);
  if (!opened) return http::problem(opened.error(), request.id);
  const auto tree =
      shelf.tree(*ContentId::parse(request.params.at("cid")), request.query_value("offer"));
  if (!tree) return http::problem(not_here(request.params.at("cid")), request.id);
  auto layer = layer_at(*tree, *piece);
  if (!layer) return http::problem(layer.error(), request.id);
  http::Response response;
  response.headers.set("Content-Type", "application/octet-stream");
  response.body = std::move(*layer);
  return response;
}

}  // namespace

RangeAnswer parse_range(std::string_view header, std::uint64_t size) {
  const RangeAnswer whole{RangeAnswer::whole, 0, size};
  if (!header.starts_with("bytes=")) return whole;
  header.remove_prefix(6);
  const auto dash = header.find('-');
  if (dash == std::string_view::npos) return whole;
  const auto first = number(header.substr(0, dash));
  const auto last_text = header.substr(dash + 1);
  const auto last = number(last_text);
  if ((!last && !last_text.empty()) || (!first && (dash != 0 || !last))) return whole;
  if (!first) {  // the last bytes
    if (*last == 0 || size == 0) return {RangeAnswer::unsatisfiable, 0, 0};
    const auto length = std::min(*last, size);
    return {RangeAnswer::part, size - length, length};
  }
  if (last && *last < *first) return whole;
  if (*first >= size) return {RangeAnswer::unsatisfiable, 0, 0};
  const auto end = last ? std::min(*last, size - 1) : size - 1;
  return {RangeAnswer::part, *first, end - *first + 1};
}

Result<std::vector<Registration>> add_content_routes(http::Routes& routes, Catalogue& catalogue,
                                                     UploadMeter& meter, OfferedContents* offers) {
  const Shelf shelf{catalogue, offers};
  std::vector<Registration> registrations;
  const auto guarded = [](auto work) {
    return [work](http::Request& request) {
      auto answer = sqlite::attempt([&]() -> Result<http::Response> { return work(request); });
      return answer ? std::move(*answer) : http::problem(answer.error(), request.id);
    };
  };
  auto bytes = routes.add("GET", "/content/{cid}", guarded([shelf, &meter](http::Request& request) {
                            return bytes_of(shelf, meter, request);
                          }));
  if (!bytes) return bytes.error();
  registrations.push_back(std::move(*bytes));
  auto layer =
      routes.add("GET", "/content/{cid}/layer",
                 guarded([shelf](http::Request& request) { return layer_of(shelf, request); }));
  if (!layer) return layer.error();
  registrations.push_back(std::move(*layer));
  return registrations;
}

}  // namespace swapmeet::swarm
