// Rate limits by time of day: "08:00-18:00 upload 1M download 5M". What no period says stays as the
// plain keys say it.
// Threads: a value.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "swapmeet/result.h"
#include "swapmeet/time.h"
#include "transfer/swarm/pace/pacer.h"

namespace swapmeet::transfer_swarm {

struct RateLimits {
  Rates upload;
  Rates download;
  bool operator==(const RateLimits&) const = default;
};

// A moment as the clock on the wall shows it.
struct WallTime {
  unsigned weekday = 0;  // 0: Monday
  unsigned minute = 0;   // of the day
};
WallTime wall_time(Time now);  // in the time zone of this process

class LimitSchedule {
 public:
  LimitSchedule() = default;
  // Each entry: [DAY[-DAY]] HH:MM-HH:MM, then one or more of upload, upload_per_peer, download and
  // download_per_peer with a size (0: no limit). Days are mon … sun; a period that goes on after
  // midnight belongs to the day on which it begins. `invalid_argument` names the entry.
  static Result<LimitSchedule> parse(const std::vector<std::string>& entries);

  bool empty() const { return periods_.empty(); }
  // Of several periods that say something of one limit the first counts.
  RateLimits at(const WallTime& now, const RateLimits& otherwise) const;

 private:
  struct Period {
    unsigned first_day = 0;  // to last_day, both included; may wrap
    unsigned last_day = 6;
    unsigned from = 0;  // minutes of the day; from > upto: over midnight
    unsigned upto = 0;
    std::array<std::optional<std::uint64_t>, 4> limits;

    bool holds(const WallTime& now) const;
    bool has_day(unsigned weekday) const;
  };
  static Result<Period> parse_period(const std::string& entry);
  std::vector<Period> periods_;
};

}  // namespace swapmeet::transfer_swarm
