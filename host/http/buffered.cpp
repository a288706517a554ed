#include "host/http/buffered.h"

#include <chrono>
#include <utility>

namespace swapmeet::http {

void Buffered::set(std::uint64_t connection, std::size_t bytes) {
  if (bytes == 0) {
    const auto found = held_.find(connection);
    if (found == held_.end()) return;
    total_ -= found->second;
    held_.erase(found);
    return;
  }
  auto& held = held_[connection];
  total_ = total_ - std::exchange(held, bytes) + bytes;
}

std::optional<std::uint64_t> Buffered::slowest(Instant now, const ProgressOf& progress_of) const {
  std::optional<std::uint64_t> found;
  double least = 0;
  for (const auto& [connection, bytes] : held_) {
    const auto progress = progress_of(connection);
    if (!progress) continue;
    const std::chrono::duration<double> time = now - progress->since;
    const double rate = static_cast<double>(progress->moved + 1) / (time.count() + 1);
    if (found && rate >= least) continue;
    found = connection;
    least = rate;
  }
  return found;
}

}  // namespace swapmeet::http
