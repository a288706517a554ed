#include "host/http/tally.h"

#include <string>
#include <utility>

namespace swapmeet::http {
namespace {
constexpr std::chrono::seconds kBetweenTroubles{10};
constexpr std::chrono::seconds kBetweenSummaries{60};
}  // namespace

void Tally::report(Instant now, std::size_t open) {
  if (!log_) return;
  if (now >= next_trouble_ && counts.full + counts.address_full + counts.out_of_files +
                                      counts.slow + counts.crowded_out + counts.busy +
                                      counts.timed_out + counts.failed_handshakes + counts.plain >
                                  0) {
    say_trouble();
    next_trouble_ = now + kBetweenTroubles;
  }
  if (now < next_summary_) return;
  next_summary_ = now + kBetweenSummaries;
  const auto accepted = std::exchange(counts.accepted, 0);
  const auto requests = std::exchange(counts.requests, 0);
  if (accepted + requests > 0)
    log_(LogLevel::info, "connections",
         {{"accepted", std::to_string(accepted)},
          {"requests", std::to_string(requests)},
          {"open", std::to_string(open)}});
}

void Tally::say_trouble() {
  const auto take = [](std::uint64_t& count) { return std::to_string(std::exchange(count, 0)); };
  log_(LogLevel::info, "clients turned away or cut off",
       {{"full", take(counts.full)},
        {"address_full", take(counts.address_full)},
        {"out_of_files", take(counts.out_of_files)},
        {"slow", take(counts.slow)},
        {"crowded_out", take(counts.crowded_out)},
        {"busy", take(counts.busy)},
        {"failed_handshakes", take(counts.failed_handshakes)},
        {"without_tls", take(counts.plain)},
        {"timed_out", take(counts.timed_out)}});
}

}  // namespace swapmeet::http
