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

Event event_of(const Match& match, const std::string& watch) {
  return {"match",
          {{"content", match.content.text()},
           {"name", match.name},
           {"path", match.path},
           {"size", match.size},
           {"type", std::string(name_of(match.type))},
           {"peer", match.peer.text()},
           {"attributes", match.attributes}},
          watch};
}

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
    entry.listeners = std::make_shared<Hearing>(stored.collect, stored.waiting);
    stored.waiting.clear();
    entry.stored = std::move(stored);
  }
  return {};
}

void WatchList::stop() {
  stopping_ = true;
  note_waiting();
}

void WatchList::tend() {
  end_unheard();
  note_heard();
  note_waiting();
  watch_missing();
}

bool WatchList::is_alive(Entries::const_iterator at) const {
  return at != entries_.end() && at->second.on_disk &&
         (at->second.until > parts_.clock.steady() || at->second.listeners->count > 0);
}

void WatchList::last_on(Entry& entry) const {
  entry.until = parts_.clock.steady() + entry.stored.keep;
  entry.stored.heard = parts_.clock.now();
}

void WatchList::end_unheard() {
  std::vector<std::string> ids;
  {
    const std::lock_guard lock(mutex_);
    for (auto at = entries_.begin(); at != entries_.end(); ++at)
      if (at->second.on_disk && !is_alive(at)) ids.push_back(at->first);
  }
  // What the disk does not let go of is tried again the next time; nobody hears it any more.
  if (const auto ended = end(ids); !ended) report(ended.error());
}

Result<void> WatchList::end(const std::vector<std::string>& ids) {
  if (ids.empty()) return {};
  if (auto removed = parts_.store.remove(ids); !removed) return removed;
  std::vector<Entries::node_type> ended;  // without the lock
  ended.reserve(ids.size());
  const std::lock_guard lock(mutex_);
  for (const auto& id : ids) ended.push_back(entries_.extract(id));
  return {};
}

void WatchList::note_heard() {
  std::vector<StoredWatch> heard;
  {
    const std::lock_guard lock(mutex_);
    for (auto& [id, entry] : entries_) {
      if (entry.listeners->count > 0) last_on(entry);
      if (entry.stored.heard - entry.noted < kNoted) continue;
      heard.push_back(entry.stored);
      entry.noted = entry.stored.heard;
    }
  }
  if (heard.empty()) return;
  if (const auto updated = parts_.store.update(heard); !updated) report(updated.error());
}

void WatchList::note_waiting() {
  std::vector<std::pair<std::string, Listeners>> collecting;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, entry] : entries_)
      if (entry.on_disk && entry.listeners->unheard) collecting.emplace_back(id, entry.listeners);
  }
  for (const auto& [id, listeners] : collecting)
    if (const auto text = listeners->unheard->text_if_changed())
      if (const auto kept = parts_.store.keep_waiting(id, *text); !kept) report(kept.error());
}

Result<WatchList::Listeners> WatchList::alive(const std::string& id) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(id);
  if (!is_alive(found)) return not_found("there is no such watch (any more)");
  last_on(found->second);
  return found->second.listeners;
}

Result<wire::WaitingMatches> WatchList::waiting(const std::string& id) {
  const auto listeners = alive(id);
  if (!listeners) return listeners.error();
  return (*listeners)->unheard ? (*listeners)->unheard->all() : wire::WaitingMatches();
}

std::size_t WatchList::count_waiting(const std::string& id) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(id);
  const bool collects = found != entries_.end() && found->second.listeners->unheard;
  return collects ? found->second.listeners->unheard->count() : 0;
}

Result<void> WatchList::forget_waiting(const std::string& id, Time found) {
  const auto listeners = alive(id);
  if (!listeners) return listeners.error();
  if ((*listeners)->unheard) (*listeners)->unheard->forget_until(found);
  return {};
}

void WatchList::watch_missing() {
  std::vector<std::pair<StoredWatch, Listeners>> missing;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, entry] : entries_)
      if (entry.on_disk && !entry.registration) missing.emplace_back(entry.stored, entry.listeners);
  }
  for (const auto& [stored, listeners] : missing) {
    if (stopping_) return;
    const auto watched = watch_anew(stored, listeners);
    // A query that is no longer understood says nothing of the others; an index that is away does.
    if (!watched && watched.error().code != ErrorCode::invalid_argument) return;
  }
}

Result<Registration> WatchList::watch(const StoredWatch& stored, Listeners listeners) {
  return through(parts_.gate, "watch()", [&] {
    return parts_.watches.watch(stored.request,
                                [&events = parts_.events, &clock = parts_.clock, id = stored.id,
                                 listeners = std::move(listeners)](const Match& match) {
                                  if (listeners->count > 0)
                                    events.publish(event_of(match, id));
                                  else if (listeners->unheard)
                                    listeners->unheard->add(match, clock.now());
                                });
  });
}

Result<void> WatchList::watch_anew(const StoredWatch& stored, Listeners listeners) {
  auto watched = watch(stored, std::move(listeners));
  if (!watched) report(watched.error());
  Registration ended = watched ? std::move(*watched) : Registration();  // without the lock
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(stored.id);
  if (found != entries_.end()) std::swap(ended, found->second.registration);
  if (!watched) return std::move(watched).error();
  return {};
}

void WatchList::report(const Error& error) {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(last_problem_, error.message) == error.message) return;
  }
  parts_.log(LogLevel::warning, "a saved search is held up and tried again",
             {{"why", error.message}});
}

Result<void> WatchList::check_room(const std::string& asker) const {
  const auto most = most_();
  const auto of_asker = static_cast<std::size_t>(
      std::count_if(entries_.begin(), entries_.end(),
                    [&](const auto& one) { return one.second.stored.asker == asker; }));
  if (of_asker >= most.of_one) return most.refusal(false);
  if (entries_.size() >= most.all) return most.refusal(true);
  return {};
}

Result<std::string> WatchList::add(const WatchRequest& request, const std::string& asker,
                                   std::chrono::seconds keep, bool collect) {
  end_unheard();
  const StoredWatch stored{random_hex(16), asker, request, keep, parts_.clock.now(), collect};
  const auto listeners = std::make_shared<Hearing>(collect);
  {
    const std::lock_guard lock(mutex_);
    if (auto room = check_room(asker); !room) return std::move(room).error();
    auto& entry = entries_[stored.id];
    entry.stored = stored;
    entry.noted = stored.heard;
    entry.listeners = listeners;
  }
  auto registration = watch(stored, listeners);
  auto added = registration ? parts_.store.add(stored) : registration.error();
  Registration ended;  // without the lock
  const std::lock_guard lock(mutex_);
  if (!added) {
    entries_.erase(stored.id);
    if (registration) ended = std::move(*registration);
    return std::move(added).error();
  }
  auto& entry = entries_.at(stored.id);
  last_on(entry);
  entry.on_disk = true;
  entry.registration = std::move(*registration);
  return stored.id;
}

std::vector<StoredWatch> WatchList::of(const std::string& asker) {
  std::vector<StoredWatch> watches;
  const std::lock_guard lock(mutex_);
  for (auto at = entries_.begin(); at != entries_.end(); ++at)
    if (at->second.stored.asker == asker && is_alive(at)) watches.push_back(at->second.stored);
  return watches;
}

Registration WatchList::listen(const std::string& id) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(id);
  if (!is_alive(found)) return {};
  last_on(found->second);
  ++found->second.listeners->count;
  return Registration([listeners = found->second.listeners] { --listeners->count; });
}

Result<void> WatchList::remove(const std::string& id) {
  {
    const std::lock_guard lock(mutex_);
    if (!is_alive(entries_.find(id)))
      return Error{ErrorCode::not_found, "there is no such watch (any more)", {}};
  }
  return end({id});
}

void WatchList::change_viewer(const std::string& account, const std::optional<Identity>& now) {
  std::vector<std::pair<StoredWatch, Listeners>> changed;
  std::vector<StoredWatch> stored;
  std::vector<std::string> ended;
  {
    const std::lock_guard lock(mutex_);
    for (auto& [id, entry] : entries_) {
      auto& viewer = entry.stored.request.viewer;
      if (viewer.account != account || viewer == now) continue;
      if (!now) {
        ended.push_back(id);
        continue;
      }
      viewer = *now;
      changed.emplace_back(entry.stored, entry.listeners);
      stored.push_back(entry.stored);
    }
  }
  if (const auto gone = end(ended); !gone) report(gone.error());
  if (stored.empty()) return;
  if (const auto updated = parts_.store.update(stored); !updated) report(updated.error());
  for (const auto& [one, listeners] : changed) (void)watch_anew(one, listeners);
}

}  // namespace swapmeet
