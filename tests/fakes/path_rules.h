// What a path does to bytes, as rules without sockets or a clock of their own: the pace of a link,
// the requests that go by, and how often the way to the client was empty for a round trip.
// Threads: one thread uses each.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace fakes {

using PathTime = std::chrono::steady_clock::time_point;
using PathSpan = std::chrono::nanoseconds;

// Bytes go one after another at so many a second; those that cannot leave yet wait in front of it.
class PathLink {
 public:
  explicit PathLink(std::uint64_t bytes_per_second = 0) : rate_(bytes_per_second) {}  // 0: no limit

  // What this many bytes take.
  PathSpan span_of(std::uint64_t bytes) const {
    if (rate_ == 0) return PathSpan{0};
    return PathSpan{
        static_cast<std::int64_t>(static_cast<double>(bytes) * 1e9 / static_cast<double>(rate_))};
  }
  // When the last of them has left, if they come now.
  PathTime send(PathTime now, std::uint64_t bytes) {
    free_ = std::max(now, free_) + span_of(bytes);
    return free_;
  }
  // When no more wait than take `span`.
  PathTime has_room(PathSpan span) const { return free_ - span; }

 private:
  std::uint64_t rate_;
  PathTime free_{};
};

// Ends of request heads in what a client sends, wherever it is cut. An empty line in a body counts
// too.
class RequestHeads {
 public:
  // Those that end in these bytes.
  std::uint64_t count(std::string_view bytes) {
    constexpr std::string_view kEnd = "\r\n\r\n";
    std::uint64_t found = 0;
    for (const char c : bytes) {
      if (c != kEnd[matched_]) matched_ = 0;
      if (c == kEnd[matched_]) ++matched_;
      if (matched_ < kEnd.size()) continue;
      ++found;
      matched_ = 0;
    }
    return found;
  }

 private:
  std::size_t matched_ = 0;
};

// The way to the client was empty from when it asked, or had the last byte of before, until the
// next byte came. An answer that is asked for after the last one ended so costs one round trip, and
// one that needs a new connection two. While a client asks for nothing no time counts.
class IdleRoundTrips {
 public:
  explicit IdleRoundTrips(PathSpan round_trip) : round_trip_(round_trip) {}

  void asked(PathTime now) {
    if (!from_) from_ = now;
  }
  void arrived(PathTime now) { arrived(now, now); }
  // Bytes that took from `begun` until `now`.
  void arrived(PathTime begun, PathTime now) {
    const auto from = from_ ? std::max(*from_, last_) : last_;
    from_.reset();
    if (last_ == PathTime{} && from == last_) return;  // nobody had asked
    last_ = std::max(last_, now);
    if (round_trip_ <= PathSpan{0} || begun <= from) return;
    const double trips =
        static_cast<double>((begun - from).count()) / static_cast<double>(round_trip_.count());
    constexpr double kWorthCounting = 0.25;
    if (trips >= kWorthCounting) sum_ += trips;
    // The question may have been seen a moment after it was sent.
    constexpr double kTolerance = 0.1;
    whole_ += static_cast<std::uint64_t>(trips + kTolerance);
  }

  std::uint64_t whole() const { return whole_; }
  double sum() const { return sum_; }  // with parts of a round trip, from a quarter on

 private:
  PathSpan round_trip_;
  PathTime last_{};
  std::optional<PathTime> from_;
  std::uint64_t whole_ = 0;
  double sum_ = 0;
};

}  // namespace fakes
