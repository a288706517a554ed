#include "transfer/swarm/pace/limit_schedule.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <ctime>
#include <sstream>
#include <string_view>

#include "swapmeet/settings.h"

namespace swapmeet::transfer_swarm {
namespace {

constexpr std::array<std::string_view, 7> kDays{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
constexpr std::array<std::string_view, 4> kLimits{"upload", "upload_per_peer", "download",
                                                  "download_per_peer"};
constexpr unsigned kMinutesOfDay = 24 * 60;

template <std::size_t N>
std::optional<unsigned> place_in(const std::array<std::string_view, N>& names,
                                 std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<unsigned>(found - names.begin());
}

std::optional<unsigned> two_digits(std::string_view text) {
  unsigned value = 0;
  const auto* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  if (text.size() != 2 || error != std::errc() || at != end) return std::nullopt;
  return value;
}

// "08:30", up to "24:00".
std::optional<unsigned> minute_of(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const auto hours = two_digits(text.substr(0, 2));
  const auto minutes = two_digits(text.substr(3));
  if (!hours || !minutes || *minutes > 59) return std::nullopt;
  const auto minute = *hours * 60 + *minutes;
  return minute <= kMinutesOfDay ? std::optional(minute) : std::nullopt;
}

Error wrong(const std::string& entry, const std::string& what) {
  return {ErrorCode::invalid_argument,
          "schedule: '" + entry + "': " + what +
              "; write for example: mon-fri 08:00-18:00 upload 1M download 5M",
          {}};
}

}  // namespace

WallTime wall_time(Time now) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
  const auto whole = static_cast<std::time_t>(seconds);
  std::tm local{};
  ::localtime_r(&whole, &local);
  return {static_cast<unsigned>(local.tm_wday + 6) % 7,
          static_cast<unsigned>(local.tm_hour * 60 + local.tm_min)};
}

Result<LimitSchedule::Period> LimitSchedule::parse_period(const std::string& entry) {
  std::istringstream words(entry);
  std::string word;
  words >> word;
  Period period;
  const auto day_dash = std::min(word.find('-'), word.size());
  if (const auto first = place_in(kDays, word.substr(0, day_dash))) {
    const auto last =
        day_dash < word.size() ? place_in(kDays, word.substr(day_dash + 1)) : std::optional(*first);
    if (!last) return wrong(entry, "days are mon tue wed thu fri sat sun");
    period.first_day = *first;
    period.last_day = *last;
    word.clear();
    words >> word;
  }
  const auto dash = std::min(word.find('-'), word.size());
  const auto from = minute_of(word.substr(0, dash));
  const auto upto = dash < word.size() ? minute_of(word.substr(dash + 1)) : std::nullopt;
  if (!from || !upto || *from == kMinutesOfDay || *from == *upto)
    return wrong(entry, "it needs a time from and to, each HH:MM");
  period.from = *from;
  period.upto = *upto;
  bool says_something = false;
  for (std::string name; words >> name; says_something = true) {
    const auto limit = place_in(kLimits, name);
    if (!limit)
      return wrong(entry, "'" + name +
                              "' is none of upload, upload_per_peer, download and "
                              "download_per_peer");
    std::string amount;
    words >> amount;
    const auto size = parse_size(amount);
    if (!size) return wrong(entry, "'" + name + "' needs a size");
    period.limits[*limit] = *size;
  }
  if (!says_something) return wrong(entry, "it limits nothing");
  return period;
}

Result<LimitSchedule> LimitSchedule::parse(const std::vector<std::string>& entries) {
  LimitSchedule schedule;
  for (const auto& entry : entries) {
    auto period = parse_period(entry);
    if (!period) return period.error();
    schedule.periods_.push_back(*period);
  }
  return schedule;
}

bool LimitSchedule::Period::has_day(unsigned weekday) const {
  return first_day <= last_day ? first_day <= weekday && weekday <= last_day
                               : weekday >= first_day || weekday <= last_day;
}

bool LimitSchedule::Period::holds(const WallTime& now) const {
  if (from < upto) return has_day(now.weekday) && from <= now.minute && now.minute < upto;
  return (now.minute >= from && has_day(now.weekday)) ||
         (now.minute < upto && has_day((now.weekday + 6) % 7));
}

RateLimits LimitSchedule::at(const WallTime& now, const RateLimits& otherwise) const {
  auto rates = otherwise;
  const std::array<std::uint64_t*, 4> places{&rates.upload.all, &rates.upload.each,
                                             &rates.download.all, &rates.download.each};
  for (std::size_t i = 0; i < places.size(); ++i) {
    const auto first = std::ranges::find_if(
        periods_, [&](const Period& period) { return period.limits[i] && period.holds(now); });
    if (first != periods_.end()) *places[i] = *first->limits[i];
  }
  return rates;
}

}  // namespace swapmeet::transfer_swarm
