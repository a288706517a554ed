#include "host/auth/device_book.h"

#include <utility>
#include <vector>

#include "swapmeet/digest.h"
#include "swapmeet/random.h"

namespace swapmeet {
namespace {

constexpr std::size_t kDeviceBytes = 24;
constexpr std::chrono::hours kKept{24 * 366};
constexpr std::chrono::hours kNews{24};  // later than that it is written again

}  // namespace

DeviceBook::DeviceBook(const std::filesystem::path& data, Clock& clock, const DeviceBounds& bounds)
    : clock_(clock), bounds_(bounds), store_(data) {
  std::vector<KnownPlace> old;
  for (const auto& place : store_.all())
    if (place.used + kKept < clock_.now())
      old.push_back(place);
    else
      show(place);
  store_.remove(old);
}

std::string DeviceBook::device(std::string_view token, const std::string& name) const {
  if (token.empty()) return {};
  auto digest = sha256(token);
  const std::shared_lock lock(mutex_);
  return used_.contains(Key(name, true, digest)) ? digest : std::string();
}

bool DeviceBook::knows_address(const std::string& address, const std::string& name) const {
  const std::shared_lock lock(mutex_);
  return used_.contains(Key(name, false, address));
}

Result<std::string> DeviceBook::logged_in(const std::string& token, const std::string& name,
                                          const std::string& address) {
  const std::lock_guard writing(writing_);
  const auto now = clock_.now();
  auto its = device(token, name).empty() ? random_hex(kDeviceBytes) : token;
  return sqlite::attempt([&]() -> Result<std::string> {
    learn({.is_device = true, .place = sha256(its), .name = name, .used = now});
    learn({.is_device = false, .place = address, .name = name, .used = now});
    return its;
  });
}

void DeviceBook::learn(const KnownPlace& place) {
  std::vector<KnownPlace> surplus;
  {
    const std::shared_lock lock(mutex_);
    const auto found = used_.find(key_of(place));
    if (found != used_.end() && place.used - found->second < kNews) return;
    if (found == used_.end()) surplus = this->surplus(place);
  }
  store_.put(place);
  store_.remove(surplus);
  for (const auto& one : surplus) {
    const std::unique_lock lock(mutex_);
    by_time_.erase({one.used, key_of(one)});
    used_.erase(key_of(one));
  }
  show(place);
}

void DeviceBook::show(const KnownPlace& place) {
  const std::unique_lock lock(mutex_);
  const auto key = key_of(place);
  const auto [at, is_new] = used_.try_emplace(key, place.used);
  if (!is_new) by_time_.erase({at->second, key});
  at->second = place.used;
  by_time_.emplace(place.used, key);
}

// What must go so that one more has a place.
std::vector<KnownPlace> DeviceBook::surplus(const KnownPlace& newest) const {
  const auto first = used_.lower_bound(Key(newest.name, newest.is_device, ""));
  std::size_t count = 0;
  auto oldest = first;
  for (auto at = first; at != used_.end() && std::get<0>(at->first) == newest.name &&
                        std::get<1>(at->first) == newest.is_device;
       ++at, ++count)
    if (at->second < oldest->second) oldest = at;
  const auto place_of = [](const Key& key, Time used) {
    return KnownPlace{std::get<1>(key), std::get<2>(key), std::get<0>(key), used};
  };
  if (count >= bounds_.of_name) return {place_of(oldest->first, oldest->second)};
  if (used_.size() >= bounds_.in_all)
    return {place_of(by_time_.begin()->second, by_time_.begin()->first)};
  return {};
}

}  // namespace swapmeet
