#include "host/api/watch_list.h"

#include <algorithm>

#include "host/plugins/guard.h"
#include "swapmeet/secret_file.h"
#include "swapmeet/wire/json.h"

namespace swapmeet {
namespace {

// After a start, those who listened need some time to come back.
constexpr std::chrono::seconds kReturn = std::chrono::minutes(10);
// What the disk knows of when a watch was heard may be so old.
constexpr std::chrono::milliseconds kNoted = std::chrono::hours(1);

}  // namespace

Result<void> WatchList::restore() {
  auto all = parts_.store.all();
  if (!all) return std::move(all).error();
  const auto now = parts_.clock.now();
  const auto steady = parts_.clock.steady();
  const std::lock_guard lock(mutex_);
  for (auto& stored : *all) {
    const auto left = std::max<std::chrono::milliseconds>(std::min(stored.keep, kReturn),
                                                          stored.heard + stored.keep - now);
    auto& entry = entries_[stored.id];
    entry.noted = stored.heard;
    entry.until = steady + std::min<std::chrono::milliseconds>(left, stored.keep);
    entry.on_disk = true;
    entry.stored = std::move(stored);
  }
  return {};
}

void WatchList::tend() {
  end_unheard();
  note_heard();
  watch_missing();
}

void WatchList::end_unheard() {
  std::vector<std::string> ids;
  const auto now = parts_.clock.steady();
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, entry] : entries_)
      if (entry.on_disk && entry.until <= now) ids.push_back(id);
  }
  if (ids.empty()) return;
  // What the disk does not let go of is tried again the next time; nobody hears it any more.
  if (const auto removed = parts_.store.remove(ids); !removed) return report(removed.error());
  std::vector<Entries::node_type> ended;  // without the lock
  const std::lock_guard lock(mutex_);
  for (const auto& id : ids) ended.push_back(entries_.extract(id));
}

void WatchList::note_heard() {
  std::vector<StoredWatch> heard;
  {
    const std::lock_guard lock(mutex_);
    for (auto& [id, entry] : entries_)
      if (entry.stored.heard - entry.noted >= kNoted) {
        heard.push_back(entry.stored);
        entry.noted = entry.stored.heard;
      }
  }
  if (heard.empty()) return;
  if (const auto updated = parts_.store.update(heard); !updated) report(updated.error());
}

void WatchList::watch_missing() {
  std::vector<StoredWatch> missing;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, entry] : entries_)
      if (entry.on_disk && !entry.registration) missing.push_back(entry.stored);
  }
  for (const auto& stored : missing) {
    auto registration = watch(stored);
    if (registration) {
      put_registration(stored.id, std::move(*registration));
      continue;
    }
    report(registration.error());
    // A query that is no longer understood says nothing of the others; an index that is away does.
    if (registration.error().code != ErrorCode::invalid_argument) return;
  }
}

Result<Registration> WatchList::watch(const StoredWatch& stored) {
  return guarded([&] {
    return parts_.watches.watch(stored.request,
                                [&events = parts_.events, id = stored.id](const Match& match) {
                                  events.publish({"match", wire::to_json(match), id});
                                });
  });
}

void WatchList::put_registration(const std::string& id, Registration registration) {
  Registration ended;  // without the lock
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(id);
  if (found == entries_.end())
    ended = std::move(registration);
  else
    ended = std::exchange(found->second.registration, std::move(registration));
}

void WatchList::report(const Error& error) {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(last_problem_, error.message) == error.message) return;
  }
  parts_.log(LogLevel::warning, "a saved search is held up and tried again",
             {{"why", error.message}});
}

Result<void> WatchList::make_room(const std::string& asker) const {
  const auto of_asker = static_cast<std::size_t>(
      std::count_if(entries_.begin(), entries_.end(),
                    [&](const auto& one) { return one.second.stored.asker == asker; }));
  if (entries_.size() >= limits_.all || of_asker >= limits_.of_one)
    return Error{ErrorCode::too_many,
                 "there are too many watches already: end some, or come back later",
                 {}};
  return {};
}

Result<std::string> WatchList::add(const WatchRequest& request, const std::string& asker,
                                   std::chrono::seconds keep) {
  end_unheard();
  const StoredWatch stored{random_hex(16), asker, request, keep, parts_.clock.now()};
  {
    const std::lock_guard lock(mutex_);
    if (auto room = make_room(asker); !room) return std::move(room).error();
    auto& entry = entries_[stored.id];
    entry.stored = stored;
    entry.noted = stored.heard;
  }
  auto registration = watch(stored);
  auto added = registration ? parts_.store.add(stored) : registration.error();
  Registration ended;  // without the lock
  const std::lock_guard lock(mutex_);
  if (!added) {
    entries_.erase(stored.id);
    if (registration) ended = std::move(*registration);
    return std::move(added).error();
  }
  auto& entry = entries_.at(stored.id);
  entry.until = parts_.clock.steady() + keep;
  entry.on_disk = true;
  entry.registration = std::move(*registration);
  return stored.id;
}

bool WatchList::keep(const std::string& id) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(id);
  const auto now = parts_.clock.steady();
  if (found == entries_.end() || !found->second.on_disk || found->second.until <= now) return false;
  found->second.until = now + found->second.stored.keep;
  found->second.stored.heard = parts_.clock.now();
  return true;
}

Result<void> WatchList::remove(const std::string& id) {
  if (!keep(id)) return Error{ErrorCode::not_found, "there is no such watch (any more)", {}};
  if (auto removed = parts_.store.remove({id}); !removed) return removed;
  Entries::node_type ended;  // without the lock
  const std::lock_guard lock(mutex_);
  ended = entries_.extract(id);
  if (ended.empty()) return Error{ErrorCode::not_found, "there is no such watch (any more)", {}};
  return {};
}

void WatchList::change_viewer(const std::string& account, const std::optional<Identity>& now) {
  std::vector<StoredWatch> all;
  {
    const std::lock_guard lock(mutex_);
    for (auto& [id, entry] : entries_) {
      auto& viewer = entry.stored.request.viewer;
      if (viewer.account != account || viewer == now) continue;
      if (now)
        viewer = *now;
      else
        entry.until = {};  // heard by nobody from here on
      all.push_back(entry.stored);
    }
  }
  if (!now) return end_unheard();
  if (all.empty()) return;
  if (const auto updated = parts_.store.update(all); !updated) report(updated.error());
  for (const auto& stored : all) {
    auto registration = watch(stored);
    if (!registration) report(registration.error());
    // Without one nothing is told that may no longer be seen, and tend() tries again.
    put_registration(stored.id, registration ? std::move(*registration) : Registration());
  }
}

}  // namespace swapmeet
