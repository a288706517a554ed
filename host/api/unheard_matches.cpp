#include "host/api/unheard_matches.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace swapmeet {

UnheardMatches::UnheardMatches(const std::string& kept) {
  if (kept.empty()) return;
  if (auto read = wire::from_json<wire::WaitingMatches>(kept)) waiting_ = std::move(*read);
}

void UnheardMatches::add(const Match& match, Time now) {
  const std::lock_guard lock(mutex_);
  auto& all = waiting_.matches;
  if (std::any_of(all.begin(), all.end(), [&](const auto& one) { return one.match == match; }))
    return;
  // Each has a time of its own, by which it is known.
  if (!all.empty()) now = std::max(now, all.back().found + std::chrono::milliseconds(1));
  all.push_back({match, now});
  if (all.size() > kMost) {
    all.erase(all.begin());
    ++waiting_.lost;
  }
  changed_ = true;
}

wire::WaitingMatches UnheardMatches::all() const {
  const std::lock_guard lock(mutex_);
  return waiting_;
}

std::size_t UnheardMatches::count() const {
  const std::lock_guard lock(mutex_);
  return waiting_.matches.size();
}

void UnheardMatches::forget_until(Time found) {
  const std::lock_guard lock(mutex_);
  std::erase_if(waiting_.matches, [&](const auto& one) { return one.found <= found; });
  waiting_.lost = 0;
  changed_ = true;
}

std::optional<std::string> UnheardMatches::text_if_changed() {
  const std::lock_guard lock(mutex_);
  if (!std::exchange(changed_, false)) return std::nullopt;
  return waiting_.matches.empty() ? std::string() : wire::to_json(waiting_);
}

}  // namespace swapmeet
