#include "host/api/watch_list.h"

#include <algorithm>

#include "swapmeet/secret_file.h"
#include "swapmeet/wire/json.h"

namespace swapmeet {

WatchList::WatchList(Watches& watches, EventBus& events, Limits limits)
    : watches_(watches), events_(events), limits_(limits) {}

Result<std::string> WatchList::add(const WatchRequest& request, const std::string& asker) {
  const auto id = random_hex(16);
  Entries unheard;  // ends without the lock
  {
    const std::lock_guard lock(mutex_);
    unheard = take_unheard();
    const auto of_asker = static_cast<std::size_t>(
        std::count_if(entries_.begin(), entries_.end(),
                      [&](const auto& one) { return one.second.asker == asker; }));
    if (entries_.size() >= limits_.all || of_asker >= limits_.of_one)
      return Error{ErrorCode::too_many,
                   "there are too many watches already: end some, or come back later",
                   {}};
    entries_[id] = {asker, std::chrono::steady_clock::now() + limits_.unheard, {}};
  }
  auto registration = watches_.watch(request, [&events = events_, id](const Match& match) {
    events.publish({"match", wire::to_json(match), id});
  });
  const std::lock_guard lock(mutex_);
  if (!registration) {
    entries_.erase(id);
    return std::move(registration).error();
  }
  entries_[id].registration = std::move(*registration);
  return id;
}

bool WatchList::keep(const std::string& id) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(id);
  if (found == entries_.end()) return false;
  found->second.until = std::chrono::steady_clock::now() + limits_.unheard;
  return true;
}

bool WatchList::remove(const std::string& id) {
  Entries::node_type ended;  // without the lock
  const std::lock_guard lock(mutex_);
  ended = entries_.extract(id);
  return !ended.empty();
}

WatchList::Entries WatchList::take_unheard() {
  Entries unheard;
  const auto now = std::chrono::steady_clock::now();
  for (auto at = entries_.begin(); at != entries_.end();) {
    const auto one = at++;
    if (one->second.until <= now && one->second.registration) unheard.insert(entries_.extract(one));
  }
  return unheard;
}

}  // namespace swapmeet
