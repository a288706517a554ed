#include "host/limits/bans.h"

#include <algorithm>

#include "swapmeet/text.h"

namespace swapmeet {
namespace {

constexpr std::size_t kLongestReason = 500;

bool is_over(const Ban& ban, Time now) { return ban.until && *ban.until <= now; }

Result<void> check_ban(const Ban& ban, Time now) {
  if (!ban.peer && !ban.addresses)
    return invalid_argument("a ban is of a peer, or of a range of addresses");
  if (ban.reason.empty() || ban.reason.size() > kLongestReason || !is_utf8(ban.reason) ||
      has_control(ban.reason))
    return invalid_argument(
        "a ban needs a reason, of 1 to 500 bytes of UTF-8 without control characters: who is "
        "banned reads it");
  if (is_over(ban, now)) return invalid_argument("a ban must end later than now");
  return {};
}

}  // namespace

Result<void> Bans::restore() {
  auto all = store_.all();
  if (!all) return std::move(all).error();
  const std::unique_lock lock(mutex_);
  bans_ = std::move(*all);
  any_ = !bans_.empty();
  return {};
}

Result<Ban> Bans::add(Ban ban) {
  ban.made = clock_.now();
  if (auto checked = check_ban(ban, ban.made); !checked) return std::move(checked).error();
  const std::lock_guard changing(changing_);
  drop_over();
  {
    const std::shared_lock lock(mutex_);
    if (bans_.size() >= kMost)
      return too_many("there are 10,000 bans already: lift some, or ban a range of addresses");
  }
  const auto number = store_.add(ban);
  if (!number) return number.error();
  ban.number = *number;
  const std::unique_lock lock(mutex_);
  bans_.push_back(ban);
  any_ = true;
  return ban;
}

Result<void> Bans::lift(std::int64_t number) {
  const auto is_it = [number](const Ban& one) { return one.number == number; };
  const std::lock_guard changing(changing_);
  {
    const std::shared_lock lock(mutex_);
    if (std::none_of(bans_.begin(), bans_.end(), is_it))
      return not_found("there is no ban " + std::to_string(number));
  }
  if (auto removed = store_.remove({number}); !removed) return removed;
  const std::unique_lock lock(mutex_);
  std::erase_if(bans_, is_it);
  any_ = !bans_.empty();
  return {};
}

std::vector<Ban> Bans::all() {
  std::vector<Ban> bans;
  const auto now = clock_.now();
  const std::shared_lock lock(mutex_);
  std::copy_if(bans_.begin(), bans_.end(), std::back_inserter(bans),
               [&](const Ban& one) { return !is_over(one, now); });
  return bans;
}

// What the disk does not let go of is tried again the next time; it bans nobody any more.
void Bans::drop_over() {
  const auto now = clock_.now();
  std::vector<std::int64_t> over;
  {
    const std::shared_lock lock(mutex_);
    for (const auto& ban : bans_)
      if (is_over(ban, now)) over.push_back(ban.number);
  }
  if (over.empty() || !store_.remove(over)) return;
  const std::unique_lock lock(mutex_);
  std::erase_if(bans_, [&](const Ban& one) { return is_over(one, now); });
}

Result<void> Bans::check(const PeerId& peer) const {
  return check("this peer is", [&](const Ban& ban) { return ban.peer == peer; });
}

Result<void> Bans::check_address(std::string_view address) const {
  return check("your address is",
               [&](const Ban& ban) { return ban.addresses && ban.addresses->contains(address); });
}

template <class Applies>
Result<void> Bans::check(const char* who, Applies applies) const {
  if (!any_) return {};
  const auto now = clock_.now();
  const std::shared_lock lock(mutex_);
  for (const auto& ban : bans_)
    if (!is_over(ban, now) && applies(ban))
      return not_allowed(std::string(who) + " banned here" +
                         (ban.until ? " until " + to_rfc3339(*ban.until) : std::string()) + ": " +
                         ban.reason);
  return {};
}

}  // namespace swapmeet
