#include "swapmeet/values.h"

#include <charconv>
#include <cmath>
#include <utility>

#include "swapmeet/text.h"

namespace swapmeet {
namespace {

// The number at the front of `text`, and what follows it.
std::optional<std::pair<double, std::string_view>> take_number(std::string_view text) {
  double number = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (error != std::errc{} || !std::isfinite(number) || number < 0) return std::nullopt;
  return std::pair{number, trim(text.substr(static_cast<std::size_t>(end - text.data())))};
}

}  // namespace

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  const auto taken = take_number(trim(text));
  if (!taken) return std::nullopt;
  auto [number, unit] = *taken;
  double factor = 1;
  if (unit.ends_with('B') || unit.ends_with('b')) unit.remove_suffix(1);
  const bool binary = unit.ends_with('i');
  if (binary) unit.remove_suffix(1);
  if (unit.size() > 1 || (binary && unit.empty())) return std::nullopt;
  if (!unit.empty()) {
    const auto power = std::string_view("kmgt").find(static_cast<char>(unit[0] | 0x20));
    if (power == std::string_view::npos) return std::nullopt;
    factor = std::pow(binary ? 1024.0 : 1000.0, static_cast<double>(power + 1));
  }
  const double bytes = number * factor;
  if (bytes > 9e18) return std::nullopt;
  return static_cast<std::uint64_t>(std::llround(bytes));
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  const auto taken = take_number(trim(text));
  if (!taken) return std::nullopt;
  const auto [number, unit] = *taken;
  constexpr std::pair<std::string_view, double> kUnits[] = {
      {"ms", 1}, {"s", 1e3}, {"m", 60e3}, {"h", 3600e3}, {"d", 86400e3}};
  for (const auto& [name, factor] : kUnits)
    if (unit == name && number * factor < 9e15)
      return std::chrono::milliseconds(std::llround(number * factor));
  return std::nullopt;
}

std::optional<bool> parse_boolean(std::string_view text) {
  for (const std::string_view yes : {"true", "yes", "on", "1"})
    if (text == yes) return true;
  for (const std::string_view no : {"false", "no", "off", "0"})
    if (text == no) return false;
  return std::nullopt;
}

}  // namespace swapmeet
