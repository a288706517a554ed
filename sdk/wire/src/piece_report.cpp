#include "swapmeet/wire/piece_report.h"

#include <bit>
#include <cstdint>
#include <vector>

#include "json_tools.h"

namespace swapmeet::wire {

std::string to_json(const PieceReport& report) {
  JsonWriter out;
  out.begin().text("content", report.content.text()).number("size", report.size);
  out.boolean("complete", report.complete);
  if (!report.complete) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(report.bits.data());
    out.number("piece", report.piece).text("pieces", to_hex(bytes, report.bits.size()));
  }
  return out.end().take();
}

Result<PieceReport> piece_report_from(std::string_view json) {
  JsonReader in(json);
  PieceReport report;
  report.content = in.id<ContentId>("content");
  report.size = in.number("size");
  report.complete = in.boolean("complete", false);
  if (report.complete) return in.finish(std::move(report));
  report.piece = in.number("piece");
  const auto hex = in.text("pieces");
  std::vector<std::uint8_t> bytes(hex.size() / 2);
  if (!std::has_single_bit(report.piece)) {
    in.fail("piece", "must be a power of two");
  } else {
    const auto count = report.size / report.piece + (report.size % report.piece == 0 ? 0 : 1);
    if (hex.size() % 2 != 0 || bytes.size() != count / 8 + (count % 8 == 0 ? 0 : 1) ||
        !from_hex(hex, bytes.data(), bytes.size()))
      in.fail("pieces", "are not the bits of a content of that size");
  }
  report.bits.assign(bytes.begin(), bytes.end());
  return in.finish(std::move(report));
}

}  // namespace swapmeet::wire
