#include "host/cli/human.h"

#include <fmt/format.h>

#include <array>
#include <cstdlib>

namespace swapmeet::cli {

std::string human_size(std::uint64_t bytes) {
  constexpr std::array kUnits = {"B", "kB", "MB", "GB", "TB", "PB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 999.5 && unit + 1 < kUnits.size()) {
    value /= 1000;
    ++unit;
  }
  return fmt::format("{:.{}f} {}", value, unit == 0 || value >= 99.5 ? 0 : 1, kUnits.at(unit));
}

std::string human_rate(std::uint64_t bytes_a_second) { return human_size(bytes_a_second) + "/s"; }

std::string human_duration(std::chrono::seconds length) {
  constexpr std::chrono::seconds::rep kHour = 3600;
  const auto seconds = length.count();
  const auto two = [](auto large, const char* unit, auto small, const char* small_unit) {
    return small == 0 ? fmt::format("{} {}", large, unit)
                      : fmt::format("{} {} {} {}", large, unit, small, small_unit);
  };
  if (seconds < 60) return fmt::format("{} s", seconds);
  if (seconds < kHour) return two(seconds / 60, "min", seconds % 60, "s");
  if (seconds < 48 * kHour) return two(seconds / kHour, "h", seconds % kHour / 60, "min");
  return fmt::format("{} days", seconds / (24 * kHour));
}

std::string human_time(Time time, Time now) {
  if (time == Time{}) return "-";
  const auto away = std::chrono::duration_cast<std::chrono::seconds>(now - time);
  auto length = std::chrono::seconds(std::abs(away.count()));
  if (length.count() < 1) return "now";
  // One unit is enough for a list.
  if (length >= std::chrono::hours(48))
    length -= length % std::chrono::hours(24);
  else if (length >= std::chrono::hours(1))
    length -= length % std::chrono::hours(1);
  else if (length >= std::chrono::minutes(1))
    length -= length % std::chrono::minutes(1);
  return away.count() > 0 ? human_duration(length) + " ago" : "in " + human_duration(length);
}

std::string human_count(std::uint64_t number) {
  auto text = std::to_string(number);
  for (auto at = text.size(); at > 3; at -= 3) text.insert(at - 3, 1, ',');
  return text;
}

std::string counted(std::uint64_t number, const std::string& what) {
  return fmt::format("{} {}{}", human_count(number), what, number == 1 ? "" : "s");
}

}  // namespace swapmeet::cli
