#include "swapmeet/wire/piece_report.h"

#include <bit>
#include <cstdint>
#include <optional>
#include <vector>

#include "json_tools.h"

namespace swapmeet::wire {

namespace {

std::string hex_of_bits(const std::string& bits) {
  return to_hex(reinterpret_cast<const std::uint8_t*>(bits.data()), bits.size());
}

// The bits of `count` pieces.
std::optional<std::string> bits_from(const std::string& hex, std::uint64_t count) {
  std::vector<std::uint8_t> bytes(hex.size() / 2);
  if (hex.size() % 2 != 0 || bytes.size() != count / 8 + (count % 8 == 0 ? 0 : 1) ||
      !from_hex(hex, bytes.data(), bytes.size()))
    return std::nullopt;
  return std::string(bytes.begin(), bytes.end());
}

}  // namespace

std::string to_json(const PieceReport& report) {
  JsonWriter out;
  out.begin().text("content", report.content.text()).number("size", report.size);
  out.boolean("complete", report.complete);
  if (!report.complete) {
    out.number("piece", report.piece).text("pieces", hex_of_bits(report.bits));
    if (!report.coming.empty()) out.text("coming", hex_of_bits(report.coming));
  }
  return out.end().take();
}

Result<PieceReport> piece_report_from(std::string_view json) {
  JsonReader in(json);
  PieceReport report;
  report.content = in.id<ContentId>("content");
  report.size = in.file_size("size");
  report.complete = in.boolean("complete", false);
  if (report.complete) return in.finish(std::move(report));
  report.piece = in.number("piece");
  const auto has = in.text("pieces");
  const auto coming = in.text("coming", false);
  if (!std::has_single_bit(report.piece)) {
    in.fail("piece", "must be a power of two");
  } else {
    const auto count = report.size / report.piece + (report.size % report.piece == 0 ? 0 : 1);
    const auto read = [&](const char* field, const std::string& hex) {
      auto bits = bits_from(hex, count);
      if (!bits) in.fail(field, "are not the bits of a content of that size");
      return bits.value_or("");
    };
    report.bits = read("pieces", has);
    if (!coming.empty()) report.coming = read("coming", coming);
  }
  return in.finish(std::move(report));
}

}  // namespace swapmeet::wire
