#include "transfer/swarm/serve/content_routes.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <limits>
#include <optional>

#include "swapmeet/http_at_once.h"
#include "swapmeet/media_type.h"
#include "transfer/swarm/base/peer_headers.h"
#include "transfer/swarm/serve/content_serving.h"
#include "transfer/swarm/serve/metalink_routes.h"
#include "transfer/swarm/serve/piece_routes.h"

namespace swapmeet::transfer_swarm {
namespace {

constexpr auto kHuge = std::numeric_limits<std::uint64_t>::max();

// Digits only; more than fits is kHuge.
std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || end != text.data() + text.size()) return std::nullopt;
  if (error == std::errc::result_out_of_range) return kHuge;
  return error == std::errc() ? std::optional(value) : std::nullopt;
}

bool same_name(std::string_view left, std::string_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(), [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) ==
           std::tolower(static_cast<unsigned char>(b));
  });
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

bool lists_tag(const http::Headers& headers, std::string_view field, std::string_view tag,
               bool weak) {
  return std::any_of(headers.fields().begin(), headers.fields().end(), [&](const auto& one) {
    return same_name(one.first, field) && lists_tag(one.second, tag, weak);
  });
}

// A sentence for who reads it by hand; programs go by the status.
http::Response said(http::Response response, int status, std::string sentence) {
  response.status = status;
  response.headers.set("Content-Type", "text/plain; charset=utf-8");
  response.body = std::move(sentence) + '\n';
  return response;
}

// What a reader calls itself, so that several behind one address have places of their own.
std::string reader_of(const http::Request& request) {
  constexpr std::size_t kMost = 64;
  const auto* named = request.headers.find(kReaderHeader);
  return named == nullptr ? "" : named->substr(0, kMost);
}

http::Response told_to_wait(const UploadSlots::Turn& turn, const std::string& request_id) {
  const auto wait = std::to_string(turn.retry_after.count());
  const auto place = std::to_string(turn.place);
  const std::string why = turn.place > 0 ? "place " + place + " in the queue" : "the queue is full";
  auto response = http::problem({ErrorCode::unavailable,
                                 "all upload slots are taken, " + why + "; ask again in " + wait +
                                     (wait == "1" ? " second" : " seconds"),
                                 std::nullopt, turn.retry_after},
                                request_id);
  if (turn.place == 0) return response;
  response.headers.set(kPlaceHeader, place);
  auto& body = std::get<std::string>(response.body);
  body.insert(body.rfind('}'), ",\"place\":" + place);
  return response;
}

http::Response answer_with(const Serving& serving, const http::Request& request,
                           const Opened& opened) {
  const auto& content = opened.content;
  const auto size = opened.place.stamp.size;
  const auto tag = '"' + content.text() + '"';
  http::Response response;
  response.headers.set("ETag", tag);
  response.headers.set("Accept-Ranges", "bytes");
  if (request.headers.find("If-Match") != nullptr &&
      !lists_tag(request.headers, "If-Match", tag, false))
    return said(std::move(response), 412, "this content is " + tag + ", whatever If-Match says");
  if (lists_tag(request.headers, "If-None-Match", tag, true)) {
    response.status = 304;
    return response;
  }
  RangeAnswer range{RangeAnswer::whole, 0, size};
  const auto* asked = request.headers.find("Range");
  const auto* if_range = request.headers.find("If-Range");
  if (asked != nullptr && request.method == "GET" && (if_range == nullptr || *if_range == tag))
    range = parse_range(*asked, size);
  if (range.kind == RangeAnswer::unsatisfiable) {
    response.headers.set("Content-Range", "bytes */" + std::to_string(size));
    return said(std::move(response), 416, "the file has " + std::to_string(size) + " bytes");
  }
  if (opened.growing && !opened.growing->covers(range.offset, range.length))
    return not_there_yet(*opened.growing, request);
  if (range.kind == RangeAnswer::part) {
    response.status = 206;
    response.headers.set("Content-Range", "bytes " + std::to_string(range.offset) + '-' +
                                              std::to_string(range.offset + range.length - 1) +
                                              '/' + std::to_string(size));
  }
  response.headers.set("Content-Type", std::string(mime_type_of(opened.place.name)));
  response.headers.set("X-Content-Type-Options", "nosniff");
  if (!opened.growing) describe(serving, request, content, response.headers);
  response.headers.set("Content-Disposition", content_disposition(opened.place.name));
  http::FileBody body{opened.file, range.offset, range.length, {}, {}, {}};
  if (request.method == "GET") {
    auto admitted = serving.meter.begin(
        {request.remote_address, request.remote_port, reader_of(request), content,
         opened.place.name, range.length, serving.who(request, content)},
        range.length == size);  // who has all of it rarely comes back for more
    if (admitted.refused) return http::problem(*admitted.refused, request.id);
    if (!admitted.callbacks) return told_to_wait(admitted.turn, request.id);
    body.on_sent = std::move(admitted.callbacks->on_sent);
    body.on_end = std::move(admitted.callbacks->on_end);
    body.allowance = std::move(admitted.callbacks->allowance);
  }
  response.body = std::move(body);
  return response;
}

http::Response bytes_of(const Serving& serving, http::Request& request) {
  // One route for all: a segment of a pattern matches as a whole.
  const auto asks_for = [&](std::string_view suffix) {
    auto& name = request.params.at("cid");
    if (!name.ends_with(suffix)) return false;
    name.resize(name.size() - suffix.size());
    return true;
  };
  if (asks_for(".meta4")) return metalink_of(serving, request);
  if (asks_for(".torrent")) return torrent_of(serving, request);
  const auto opened = open_content_or_growing(serving, request);
  if (!opened) return http::problem(opened.error(), request.id);
  return answer_with(serving, request, *opened);
}

// Without a worker, when the file is open from an answer before.
std::optional<http::Response> bytes_at_once(const Serving& serving, http::Request& request) {
  if (!request.query.empty()) return std::nullopt;
  const auto content = ContentId::parse(request.params.at("cid"));
  if (!content) return std::nullopt;
  const auto who =
      serving.tickets == nullptr ? request.identity : serving.tickets->known(request, *content);
  if (!who) return std::nullopt;
  const auto opened = serving.open->find(*content, *who);
  if (!opened) return std::nullopt;
  return answer_with(serving, request, *opened);
}

http::Response layer_of(const Serving& serving, const http::Request& request) {
  const auto* piece_text = request.query_value("piece");
  const auto piece = piece_text != nullptr ? number(*piece_text) : std::nullopt;
  if (!piece)
    return http::problem(
        {ErrorCode::invalid_argument, "say the piece size in bytes: ?piece=1048576", {}},
        request.id);
  const auto opened = open_content_or_growing(serving, request);
  if (!opened) return http::problem(opened.error(), request.id);
  const auto tree = opened->growing ? std::optional(opened->growing->tree())
                                    : serving.tree(opened->content, request.query_value("offer"));
  if (!tree) return http::problem(not_shared(request.params.at("cid")), request.id);
  auto layer = layer_at(*tree, *piece);
  if (!layer) return http::problem(layer.error(), request.id);
  http::Response response;
  response.headers.set("Content-Type", "application/octet-stream");
  response.body = std::move(*layer);
  return response;
}

}  // namespace

std::string content_disposition(const std::string& name) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  constexpr std::string_view kAttribute =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$&+-.^_`|~";
  std::string plain;
  std::string encoded;
  bool is_plain = true;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    // RFC 6266 appendix D: no '%', which some decode, and nothing that needs escaping.
    const bool harmless = byte >= 0x20 && byte < 0x7F && c != '"' && c != '\\' && c != '%';
    is_plain = is_plain && harmless;
    if (harmless)
      plain += c;
    else if ((byte & 0xC0U) != 0x80U)  // one for each character
      plain += '_';
    if (kAttribute.find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      encoded += '%';
      encoded += kDigits[byte >> 4];
      encoded += kDigits[byte & 15];
    }
  }
  const auto both = "attachment; filename=\"" + plain + '"';
  return is_plain ? both : both + "; filename*=UTF-8''" + encoded;
}

RangeAnswer parse_range(std::string_view header, std::uint64_t size) {
  const RangeAnswer whole{RangeAnswer::whole, 0, size};
  constexpr std::string_view kUnit = "bytes=";
  if (!same_name(header.substr(0, kUnit.size()), kUnit)) return whole;
  header.remove_prefix(kUnit.size());
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

Result<std::vector<Registration>> add_content_routes(http::Routes& routes, const Serving& serving) {
  std::vector<Registration> registrations;
  const auto handler_of = [&](auto work) {
    return [serving, work](http::Request& request) {
      auto answer =
          sqlite::attempt([&]() -> Result<http::Response> { return work(serving, request); });
      return answer ? std::move(*answer) : http::problem(answer.error(), request.id);
    };
  };
  const auto keep = [&](Result<Registration> added) -> Result<void> {
    if (!added) return added.error();
    registrations.push_back(std::move(*added));
    return {};
  };
  const auto add = [&](const char* pattern, auto work) {
    return keep(routes.add("GET", pattern, handler_of(work)));
  };
  constexpr const char* kBytes = "/content/{cid}";
  auto* at_once = http::at_once_routes(routes);
  auto added =
      at_once == nullptr || serving.open == nullptr
          ? add(kBytes, bytes_of)
          : keep(at_once->add_at_once(
                "GET", kBytes,
                [serving](http::Request& request) { return bytes_at_once(serving, request); },
                handler_of(bytes_of)));
  if (added) added = add("/content/{cid}/layer", layer_of);
  if (added) added = add("/content/{cid}/hashes", hashes_of);
  if (added) added = add("/content/{cid}/pieces", pieces_of);
  if (added) added = add("/content/{cid}/leaves", leaves_of);
  if (!added) return added.error();
  return registrations;
}

}  // namespace swapmeet::transfer_swarm
