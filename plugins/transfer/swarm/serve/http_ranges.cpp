#include "transfer/swarm/serve/http_ranges.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "swapmeet/text.h"

namespace swapmeet::transfer_swarm {
namespace {

// True when the list of entity tags holds the tag or is "*". Weak tags count only when `weak`.
bool lists_tag(std::string_view list, std::string_view tag, bool weak) {
  while (!list.empty()) {
    const auto comma = list.find(',');
    auto item = trim(list.substr(0, comma));
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    if (weak && item.starts_with("W/")) item.remove_prefix(2);
    if (item == "*" || item == tag) return true;
  }
  return false;
}

bool lists_tag(const http::Headers& headers, std::string_view field, std::string_view tag,
               bool weak) {
  return std::any_of(headers.fields().begin(), headers.fields().end(), [&](const auto& one) {
    return equal_without_case(one.first, field) && lists_tag(one.second, tag, weak);
  });
}

}  // namespace

Preconditions weigh_preconditions(const http::Headers& headers, std::string_view tag) {
  if (headers.find("If-Match") != nullptr && !lists_tag(headers, "If-Match", tag, false))
    return Preconditions::failed;
  if (lists_tag(headers, "If-None-Match", tag, true)) return Preconditions::not_modified;
  return Preconditions::hold;
}

RangeAnswer parse_range(std::string_view header, std::uint64_t size) {
  const RangeAnswer whole{RangeAnswer::whole, 0, size};
  constexpr std::string_view kUnit = "bytes=";
  if (size == 0 || !equal_without_case(header.substr(0, kUnit.size()), kUnit)) return whole;
  header.remove_prefix(kUnit.size());
  const auto dash = header.find('-');
  if (dash == std::string_view::npos) return whole;
  const auto first = parse_decimal(header.substr(0, dash));
  const auto last_text = header.substr(dash + 1);
  const auto last = parse_decimal(last_text);
  if ((!last && !last_text.empty()) || (!first && (dash != 0 || !last))) return whole;
  if (!first) {  // the last bytes
    if (*last == 0) return {RangeAnswer::unsatisfiable, 0, 0};
    const auto length = std::min(*last, size);
    return {RangeAnswer::part, size - length, length};
  }
  if (last && *last < *first) return whole;
  if (*first >= size) return {RangeAnswer::unsatisfiable, 0, 0};
  const auto end = last ? std::min(*last, size - 1) : size - 1;
  return {RangeAnswer::part, *first, end - *first + 1};
}

RangeAnswer range_of(const http::Request& request, std::string_view tag, std::uint64_t size) {
  const auto* asked = request.headers.find("Range");
  const auto* if_range = request.headers.find("If-Range");
  const bool counts =
      asked != nullptr && request.method == "GET" && (if_range == nullptr || *if_range == tag);
  return counts ? parse_range(*asked, size) : RangeAnswer{RangeAnswer::whole, 0, size};
}

std::string content_range(const RangeAnswer& range, std::uint64_t size) {
  const auto of = '/' + std::to_string(size);
  if (range.kind == RangeAnswer::unsatisfiable) return "bytes *" + of;
  return "bytes " + std::to_string(range.offset) + '-' +
         std::to_string(range.offset + range.length - 1) + of;
}

std::optional<std::uint64_t> parse_decimal(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || end != text.data() + text.size()) return std::nullopt;
  if (error == std::errc::result_out_of_range) return std::numeric_limits<std::uint64_t>::max();
  return error == std::errc() ? std::optional(value) : std::nullopt;
}

}  // namespace swapmeet::transfer_swarm
