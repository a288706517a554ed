#include "transfer/swarm/scan/watcher.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "transfer/swarm/scan/readable.h"
#include "transfer/swarm/scan/touches.h"
#include "transfer/swarm/scan/watch_set.h"

namespace swapmeet::transfer_swarm {
namespace {

constexpr std::chrono::milliseconds kLookAtRoots{2000};

struct Root {
  std::string folder;  // empty in an order: forget it
  IgnoreRules ignore;
  FileId id;  // zero while it is not there
};

FileId id_of(const std::string& folder) {
  struct stat info {};
  if (folder.empty() || stat(folder.c_str(), &info) != 0) return {};
  return {info.st_dev, info.st_ino};
}

std::string join(const std::string& folder, const std::string& name) {
  if (folder.empty() || name.empty()) return folder + name;
  return folder + '/' + name;
}

}  // namespace

struct Watcher::State {
  std::function<void(const Scope&)> touched;
  Clock& clock;
  WatchOptions options;
  mutable std::mutex mutex;  // guards what follows
  std::condition_variable told;
  std::map<std::string, Root> orders;
  std::map<std::string, std::string> problems;
  bool has_events = false;
  bool stopping = false;
  WatchSet watches;  // the thread's own, as what follows
  std::map<std::string, Root> roots;
  Touches touches;
  Instant looked;
  Readable readable;
  std::thread thread;

  State(std::function<void(const Scope&)> call, Clock& given_clock, WatchOptions given)
      : touched(std::move(call)),
        clock(given_clock),
        options(std::move(given)),
        watches(options.most_watches),
        looked(clock.steady()),
        readable(watches.descriptor(), [this] {
          const std::lock_guard lock(mutex);
          has_events = true;
          told.notify_all();
        }) {}

  bool is_stopping() const {
    const std::lock_guard lock(mutex);
    return stopping;
  }
  Instant due() const {
    return roots.empty() ? touches.next() : std::min(touches.next(), looked + kLookAtRoots);
  }
  void run();
  void obey(const std::string& share, Root root);
  void begin(const std::string& share);
  void add(const std::string& share, const std::string& below, std::size_t depth);
  void cannot_watch(const std::string& share, const std::string& folder, int error);
  void look_at_roots();
  void read_events();
  void note(const inotify_event& event);
  void note(const WatchedPlace& place, const std::string& name, std::uint32_t mask);
};

Watcher::Watcher(std::function<void(const Scope&)> touched, Clock& clock, WatchOptions options)
    : state_(std::make_unique<State>(std::move(touched), clock, std::move(options))) {
  state_->thread = std::thread([state = state_.get()] { state->run(); });
}

Watcher::~Watcher() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
    state_->told.notify_all();
  }
  state_->thread.join();
}

void Watcher::watch(const std::string& share, const std::string& folder,
                    const IgnoreRules& ignore) {
  const std::lock_guard lock(state_->mutex);
  state_->orders[share] = {folder, ignore, {}};
  state_->told.notify_all();
}

void Watcher::forget(const std::string& share) {
  const std::lock_guard lock(state_->mutex);
  state_->orders[share] = {};
  state_->problems.erase(share);
  state_->told.notify_all();
}

std::string Watcher::problem(const std::string& share) const {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->problems.find(share);
  return found == state_->problems.end() ? "" : found->second;
}

void Watcher::State::run() {
  for (;;) {
    std::map<std::string, Root> now;
    bool is_to_read = false;
    {
      std::unique_lock lock(mutex);
      clock.wait_until(lock, told, due(),
                       [this] { return stopping || has_events || !orders.empty(); });
      if (stopping) return;
      now.swap(orders);
      is_to_read = std::exchange(has_events, false);
    }
    try {
      for (auto& [share, root] : now) obey(share, std::move(root));
      if (is_to_read) read_events();
      look_at_roots();
      for (const auto& scope : touches.take(clock.steady())) touched(scope);
    } catch (const std::exception& exception) {
      if (options.log)
        options.log(LogLevel::warning, "watching failed", {{"why", exception.what()}});
    }
    if (is_to_read) readable.again();
  }
}

void Watcher::State::obey(const std::string& share, Root root) {
  touches.forget(share);
  if (root.folder.empty()) {
    watches.remove_below({share, ""});
    roots.erase(share);
    return;
  }
  roots[share] = std::move(root);
  begin(share);
}

// Watches all of a share, and has it scanned for what changed before the watches stood.
void Watcher::State::begin(const std::string& share) {
  watches.remove_below({share, ""});
  auto& root = roots.at(share);
  root.id = id_of(root.folder);
  {
    const std::lock_guard lock(mutex);
    problems.erase(share);
  }
  if (!(root.id == FileId{})) add(share, "", 0);
  touched({share, "", true});
}

void Watcher::State::add(const std::string& share, const std::string& below, std::size_t depth) {
  if (depth > kMostDepth || is_stopping()) return;
  const auto& root = roots.at(share);
  const auto folder = join(root.folder, below);
  if (!options.never.empty() && id_of(folder) == id_of(options.never.string())) return;
  if (const int error = watches.add({share, below}, folder); error != 0) {
    if (error == ENOSPC || error == ENOMEM || error == EBADF) cannot_watch(share, folder, error);
    return;
  }
  // A folder that is made after it was listed here is told by the watch that stands already.
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(opendir(folder.c_str()), closedir);
  while (const auto* entry = entries ? readdir(entries.get()) : nullptr) {
    const auto inner = join(below, entry->d_name);
    if ((entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN) && !root.ignore.skips(inner, true))
      add(share, inner, depth + 1);
  }
}

void Watcher::State::cannot_watch(const std::string& share, const std::string& folder, int error) {
  const auto problem =
      std::string(
          "not all of its folders are watched: changes in the others are found by the"
          " rescans only; raise fs.inotify.max_user_") +
      (error == EBADF ? "instances" : "watches") + " and rescan the share";
  {
    const std::lock_guard lock(mutex);
    if (!problems.emplace(share, problem).second) return;
  }
  if (options.log) options.log(LogLevel::warning, problem, {{"share", share}, {"folder", folder}});
}

void Watcher::State::look_at_roots() {
  if (clock.steady() < looked + kLookAtRoots) return;
  looked = clock.steady();
  for (const auto& [share, root] : roots)
    if (!(id_of(root.folder) == root.id)) begin(share);
}

void Watcher::State::read_events() {
  alignas(inotify_event) char buffer[64 << 10];
  for (;;) {
    const auto got = read(watches.descriptor(), buffer, sizeof buffer);
    if (got <= 0) return;
    for (const char* at = buffer; at < buffer + got;) {
      const auto& event = *reinterpret_cast<const inotify_event*>(at);
      note(event);
      at += sizeof(inotify_event) + event.len;
    }
  }
}

void Watcher::State::note(const inotify_event& event) {
  if ((event.mask & IN_Q_OVERFLOW) != 0) {
    if (options.log)
      options.log(LogLevel::warning,
                  "more changes than could be followed: all shares are scanned again; if it happens"
                  " often, raise fs.inotify.max_queued_events",
                  {});
    for (const auto& [share, root] : roots) begin(share);
  } else if ((event.mask & IN_IGNORED) != 0) {
    watches.remove(event.wd);
  } else {
    for (const auto& place : watches.places(event.wd))
      note(place, event.len > 0 ? event.name : "", event.mask);
  }
}

void Watcher::State::note(const WatchedPlace& place, const std::string& name, std::uint32_t mask) {
  const bool is_folder = (mask & IN_ISDIR) != 0;
  const auto path = join(place.below, name);
  if (!name.empty() && roots.at(place.share).ignore.skips(path, is_folder)) return;
  if (name.empty() || !is_folder) {
    touches.add({place.share, place.below, false}, clock.steady());
    return;
  }
  // A folder that moves takes its watches with it: they would speak for the old place.
  if ((mask & (IN_MOVED_FROM | IN_DELETE)) != 0) watches.remove_below({place.share, path});
  if ((mask & (IN_CREATE | IN_MOVED_TO | IN_ATTRIB)) != 0) {
    add(place.share, path, 1);
    touches.add({place.share, path, true}, clock.steady());
  } else {
    touches.add({place.share, place.below, false}, clock.steady());
  }
}

}  // namespace swapmeet::transfer_swarm
