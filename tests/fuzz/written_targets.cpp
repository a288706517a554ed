// What is read or written about contents: ranges, tickets, hashes, Metalinks and torrents.
#include <algorithm>
#include <cstdlib>

#include "swapmeet/listing.h"
#include "swapmeet/wire/content_hashes.h"
#include "swapmeet/wire/metalink.h"
#include "swapmeet/wire/piece_report.h"
#include "swapmeet/wire/ticket.h"
#include "swapmeet/wire/torrent.h"
#include "tests/fuzz/targets.h"
#include "transfer/swarm/serve/http_ranges.h"

namespace swapmeet::fuzz {
namespace {

void require_that(bool holds) {
  if (!holds) std::abort();
}

std::string_view line(std::string_view& bytes) {
  const auto end = std::min(bytes.find('\n'), bytes.size());
  const auto found = bytes.substr(0, end);
  bytes.remove_prefix(std::min(end + 1, bytes.size()));
  return found;
}

// A content with names and sources that strangers made up: a line each, in turns.
ContentRecord record_from(std::string_view bytes) {
  ContentRecord content;
  content.content.bytes[0] = 1;
  content.size = 1 + bytes.size();
  while (!bytes.empty()) {
    content.names.emplace_back(line(bytes));
    Source source;
    source.url = line(bytes);
    source.have = content.size;
    content.sources.push_back(std::move(source));
  }
  return content;
}

// Takes one bencoded value off the front (BEP 3); false: it is none.
bool take_value(std::string_view& text, int depth) {
  if (text.empty() || depth > 20) return false;
  const char kind = text.front();
  if (kind == 'i') {
    const auto end = text.find('e');
    if (end == std::string_view::npos) return false;
    text.remove_prefix(end + 1);
    return true;
  }
  if (kind == 'l' || kind == 'd') {
    text.remove_prefix(1);
    while (!text.empty() && text.front() != 'e')
      if ((kind == 'd' && !take_value(text, depth + 1)) || !take_value(text, depth + 1))
        return false;
    if (text.empty()) return false;
    text.remove_prefix(1);
    return true;
  }
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || colon > 10) return false;
  const auto size = std::strtoull(std::string(text.substr(0, colon)).c_str(), nullptr, 10);
  text.remove_prefix(colon + 1);
  if (size > text.size()) return false;
  text.remove_prefix(static_cast<std::size_t>(size));
  return true;
}

}  // namespace

// The first line is the Range, the second If-Range.
void range(std::string_view bytes) {
  constexpr std::uint64_t kSize = 1'000;
  http::Request request;
  request.method = "GET";
  request.headers.set("Range", std::string(line(bytes)));
  if (!bytes.empty()) request.headers.set("If-Range", std::string(line(bytes)));
  request.headers.set("If-None-Match", std::string(bytes));
  const auto answer = transfer_swarm::range_of(request, "\"tag\"", kSize);
  static_cast<void>(transfer_swarm::weigh_preconditions(request.headers, "\"tag\""));
  if (answer.kind == transfer_swarm::RangeAnswer::part)
    require_that(answer.length > 0 && answer.offset < kSize &&
                 answer.length <= kSize - answer.offset);
  static_cast<void>(transfer_swarm::content_range(answer, kSize));
}

void ticket(std::string_view bytes) {
  if (const auto signed_ticket = wire::signed_ticket_from(bytes))
    require_that(wire::ticket_text(*signed_ticket) == bytes);  // there is one spelling
  if (const auto claims = wire::ticket_claims_from(bytes))
    require_that(wire::ticket_claims_from(wire::ticket_body(*claims)) == claims);
}

void hashes(std::string_view bytes) {
  if (const auto told = wire::content_hashes_from(bytes))
    require_that(wire::content_hashes_from(wire::to_json(*told)).value() == *told);
  if (const auto report = wire::piece_report_from(bytes))
    require_that(wire::piece_report_from(wire::to_json(*report)).value() == *report);
}

void metalink(std::string_view bytes) {
  const auto content = record_from(bytes);
  const auto text = wire::metalink(content, nullptr);
  if (!text) return;
  // Nothing of a name or an address begins or ends an element.
  const auto count = [&](char c) { return std::count(text->begin(), text->end(), c); };
  const auto tags = 12 + 2 * static_cast<std::ptrdiff_t>(content.sources.size());
  require_that(count('<') == count('>') && count('<') <= tags);
}

void torrent(std::string_view bytes) {
  const auto text = wire::torrent(record_from(bytes), "", "");
  if (!text) return;
  std::string_view rest = *text;
  require_that(take_value(rest, 0) && rest.empty());
}

}  // namespace swapmeet::fuzz
