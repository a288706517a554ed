#include "host/plugins/repeated_faults.h"

#include <utility>

namespace swapmeet {
namespace {
constexpr int kMostLines = 20;
constexpr int kMostDifferent = 200;     // for two may take turns
constexpr std::size_t kCompared = 256;  // bytes
}  // namespace

std::uint64_t RepeatedFaults::take(std::string_view doing, std::string_view what, Instant now) {
  const std::lock_guard lock(mutex_);
  ++untold_;
  if (now - minute_ >= std::chrono::minutes(1)) {
    minute_ = now;
    lines_ = 0;
  }
  const bool is_new = what.substr(0, kCompared) != last_;
  const bool is_request = doing.find(", request ") != std::string_view::npos;
  if (lines_ >= (is_new ? kMostDifferent : is_request ? kMostLines : 1)) return 0;
  ++lines_;
  last_ = what.substr(0, kCompared);
  return std::exchange(untold_, 0);
}

}  // namespace swapmeet
