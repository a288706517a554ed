#include "transfer/swarm/watcher.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "swapmeet/http.h"
#include "transfer/swarm/scanner.h"

namespace swapmeet::swarm {
namespace {

using Instant = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kQuiet{300};
constexpr std::chrono::milliseconds kLongestQuiet{3000};
constexpr std::uint32_t kEvents = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM |
                                  IN_MOVED_TO | IN_ATTRIB | IN_DELETE_SELF | IN_ONLYDIR |
                                  IN_DONT_FOLLOW | IN_EXCL_UNLINK;

struct Order {
  std::string share;
  std::string folder;  // empty: forget it
};

struct Touch {
  Instant::time_point first;
  Instant::time_point last;
};

}  // namespace

struct Watcher::State {
  std::function<void(const std::string&)> touched;
  LogFunction log;
  http::OpenFile inotify{inotify_init1(IN_CLOEXEC | IN_NONBLOCK)};
  http::OpenFile bell{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  std::mutex mutex;  // guards orders and stopping
  std::vector<Order> orders;
  bool stopping = false;
  std::map<int, Order> watches;  // the thread's own, as what follows
  std::map<std::string, Touch> touches;
  bool full = false;
  std::thread thread;

  void ring() const { static_cast<void>(eventfd_write(bell.descriptor(), 1)); }
  bool is_stopping() {
    const std::lock_guard lock(mutex);
    return stopping;
  }
  void run();
  void obey(const Order& order);
  void add(const std::string& share, const std::string& folder, int depth);
  void read_events();
  void note(const inotify_event& event);
  void touch(const std::string& share);
  int tell_the_quiet();
};

Watcher::Watcher(std::function<void(const std::string&)> touched, LogFunction log)
    : state_(std::make_unique<State>()) {
  state_->touched = std::move(touched);
  state_->log = std::move(log);
  state_->thread = std::thread([state = state_.get()] { state->run(); });
}

Watcher::~Watcher() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  state_->ring();
  state_->thread.join();
}

void Watcher::watch(const std::string& share, const std::string& folder) {
  const std::lock_guard lock(state_->mutex);
  state_->orders.push_back({share, folder});
  state_->ring();
}

void Watcher::forget(const std::string& share) {
  const std::lock_guard lock(state_->mutex);
  state_->orders.push_back({share, ""});
  state_->ring();
}

void Watcher::State::run() {
  for (;;) {
    std::vector<Order> now;
    {
      const std::lock_guard lock(mutex);
      if (stopping) return;
      now = std::exchange(orders, {});
    }
    try {
      for (const auto& order : now) obey(order);
      pollfd ready[] = {{bell.descriptor(), POLLIN, 0}, {inotify.descriptor(), POLLIN, 0}};
      poll(ready, 2, tell_the_quiet());
      eventfd_t rings = 0;
      static_cast<void>(eventfd_read(bell.descriptor(), &rings));
      read_events();
    } catch (const std::exception& exception) {
      if (log) log(LogLevel::warning, "watching failed", {{"why", exception.what()}});
    }
  }
}

void Watcher::State::obey(const Order& order) {
  for (auto at = watches.begin(); at != watches.end();) {
    if (at->second.share != order.share) {
      ++at;
      continue;
    }
    inotify_rm_watch(inotify.descriptor(), at->first);
    at = watches.erase(at);
  }
  touches.erase(order.share);
  if (order.folder.empty()) return;
  add(order.share, order.folder, 0);
  touch(order.share);  // what changed before the watches stood
}

void Watcher::State::add(const std::string& share, const std::string& folder, int depth) {
  if (depth > 200 || is_stopping()) return;
  const int number = inotify_add_watch(inotify.descriptor(), folder.c_str(), kEvents);
  if (number < 0) {
    if (errno == ENOSPC && !std::exchange(full, true) && log)
      log(LogLevel::warning,
          "not all folders can be watched: changes in the rest are found by the rescans; raise"
          " fs.inotify.max_user_watches",
          {{"folder", folder}});
    return;
  }
  watches[number] = {share, folder};
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(opendir(folder.c_str()), closedir);
  if (!entries) return;
  while (const auto* entry = readdir(entries.get()))
    if ((entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN) && !is_skipped_name(entry->d_name))
      add(share, folder + '/' + entry->d_name, depth + 1);
}

void Watcher::State::read_events() {
  alignas(inotify_event) char buffer[64 * 1024];
  for (;;) {
    const auto got = read(inotify.descriptor(), buffer, sizeof buffer);
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
    touched("");
    return;
  }
  const auto found = watches.find(event.wd);
  if (found == watches.end()) return;
  const auto [share, folder] = found->second;
  if ((event.mask & IN_IGNORED) != 0) {
    watches.erase(found);
    return;
  }
  const std::string name = event.len > 0 ? event.name : "";
  if (event.len > 0 && is_skipped_name(name)) return;
  if ((event.mask & IN_ISDIR) != 0 && (event.mask & (IN_CREATE | IN_MOVED_TO)) != 0)
    add(share, folder + '/' + name, 1);
  touch(share);
}

void Watcher::State::touch(const std::string& share) {
  const auto now = Instant::now();
  touches.try_emplace(share, Touch{now, now}).first->second.last = now;
}

// Milliseconds until the next one is due; -1: none.
int Watcher::State::tell_the_quiet() {
  const auto now = Instant::now();
  auto next = Instant::time_point::max();
  for (auto at = touches.begin(); at != touches.end();) {
    const auto due = std::min(at->second.last + kQuiet, at->second.first + kLongestQuiet);
    if (due <= now) {
      touched(at->first);
      at = touches.erase(at);
    } else {
      next = std::min(next, due);
      ++at;
    }
  }
  if (next == Instant::time_point::max()) return -1;
  return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(next - now).count());
}

}  // namespace swapmeet::swarm
