#include "swapmeet/testing/fake_host.h"

#include <algorithm>
#include <mutex>
#include <optional>

namespace swapmeet::testing {
namespace {

class PlainCounter final : public Counter {
 public:
  void add(std::uint64_t amount) noexcept override { value_ += amount; }
  std::uint64_t value() const { return value_; }

 private:
  std::atomic<std::uint64_t> value_{0};
};

struct Task {
  std::chrono::milliseconds interval;
  std::function<void()> run;
  std::chrono::steady_clock::time_point due;
};

// Until the follower has caught up, one of the two fails, or the follower stays where it is.
void catch_up(ChangeFeed& feed, ChangeFollower& follower) {
  std::size_t most = 100;
  std::optional<FeedPosition> tried;
  while (true) {
    const auto stands = follower.applied();
    const auto state = feed.state();
    if (!stands || !state || tried == *stands) return;
    const bool known = stands->feed == state->feed && stands->revision <= state->latest;
    if (known && stands->revision == state->latest) return;
    auto batch = feed.changes_after(known ? stands->revision : 0, most);
    if (!batch && batch.error().code == ErrorCode::conflict) batch = feed.changes_after(0, most);
    if (!batch) return;
    const auto applied = follower.apply(*batch);
    if (applied)
      tried = *stands;
    else if (applied.error().code == ErrorCode::too_large && most > 1)
      most /= 2;
    else
      return;
  }
}

}  // namespace

struct FakeHost::State {
  // Held while tasks run and gauges are read: a removal waits for that. A task may end its own
  // registration, hence recursive.
  std::recursive_mutex running;
  std::map<int, Task> tasks;
  std::map<int, std::pair<std::string, std::function<double()>>> gauges;
  std::map<int, std::pair<ChangeFeed*, ChangeFollower*>> followers;
  std::recursive_mutex publishing;  // the same for listeners, which may publish as well
  std::map<int, std::function<void(const Event&)>> listeners;
  mutable std::mutex mutex;  // of the rest
  std::vector<LogLine> lines;
  std::vector<Event> events;
  std::map<std::string, std::shared_ptr<PlainCounter>> counters;
  std::atomic<int> next{0};
};

FakeHost::FakeHost() : state_(std::make_shared<State>()) { provide<Sessions>(sessions_); }
FakeHost::~FakeHost() = default;

void FakeHost::provide(std::string_view interface_id, void* interface) {
  interfaces_[std::string(interface_id)] = interface;
}

void* FakeHost::find_interface(std::string_view interface_id) {
  const auto found = interfaces_.find(interface_id);
  return found == interfaces_.end() ? nullptr : found->second;
}

PeerId FakeHost::peer_id() const {
  PeerId id;
  id.bytes.fill(0xfa);
  return id;
}

void FakeHost::advance(std::chrono::milliseconds time) {
  const auto end = clock_.steady() + time;
  const std::lock_guard lock(state_->running);
  while (true) {
    auto& tasks = state_->tasks;
    const auto next =
        std::min_element(tasks.begin(), tasks.end(),
                         [](const auto& a, const auto& b) { return a.second.due < b.second.due; });
    if (next == tasks.end() || next->second.due > end) break;
    if (next->second.due > clock_.steady())
      clock_.advance(std::chrono::duration_cast<std::chrono::milliseconds>(next->second.due -
                                                                           clock_.steady()));
    next->second.due += next->second.interval;
    const auto run = next->second.run;  // the task may end itself
    run();
  }
  clock_.advance(std::chrono::duration_cast<std::chrono::milliseconds>(end - clock_.steady()));
  for (const auto& [number, pair] : state_->followers) catch_up(*pair.first, *pair.second);
}

Registration FakeHost::follow(ChangeFeed& feed, ChangeFollower& follower) {
  const int number = state_->next++;
  const std::lock_guard lock(state_->running);
  state_->followers[number] = {&feed, &follower};
  catch_up(feed, follower);
  return Registration([state = state_, number] {
    const std::lock_guard erasing(state->running);
    state->followers.erase(number);
  });
}

void FakeHost::log(LogLevel level, std::string_view message,
                   std::initializer_list<LogField> fields) {
  std::string text(message);
  for (const auto& field : fields) ((text += ' ') += field.key) += '=' + field.value;
  const std::lock_guard lock(state_->mutex);
  state_->lines.push_back({level, std::move(text)});
}

std::vector<LogLine> FakeHost::log_lines() const {
  const std::lock_guard lock(state_->mutex);
  return state_->lines;
}

Result<std::unique_ptr<http::Listener>> FakeHost::listen(const http::ListenOptions& options) {
  if (listen_) return listen_(options);
  auto address = options.address;
  if (address.port == 0) address.port = next_port_++;
  return std::unique_ptr<http::Listener>(std::make_unique<MemoryRoutes>(address));
}

Registration FakeHost::every(std::chrono::milliseconds interval, std::function<void()> task) {
  const int number = state_->next++;
  const std::lock_guard lock(state_->running);
  state_->tasks[number] = {interval, std::move(task), clock_.steady() + interval};
  return Registration([state = state_, number] {
    const std::lock_guard erasing(state->running);
    state->tasks.erase(number);
  });
}

void FakeHost::publish(const Event& event) {
  {
    const std::lock_guard lock(state_->mutex);
    state_->events.push_back(event);
  }
  const std::lock_guard lock(state_->publishing);
  auto& listeners = state_->listeners;
  const int after = state_->next;  // those that come meanwhile do not hear of it
  for (auto at = listeners.begin(); at != listeners.end() && at->first < after;) {
    const auto [number, listener] = *at;  // it may end itself
    listener(event);
    at = listeners.upper_bound(number);
  }
}

std::vector<Event> FakeHost::events() const {
  const std::lock_guard lock(state_->mutex);
  return state_->events;
}

Registration FakeHost::subscribe(std::function<void(const Event&)> listener) {
  const int number = state_->next++;
  const std::lock_guard lock(state_->publishing);
  state_->listeners[number] = std::move(listener);
  return Registration([state = state_, number] {
    const std::lock_guard erasing(state->publishing);
    state->listeners.erase(number);
  });
}

std::shared_ptr<Counter> FakeHost::counter(const std::string& name, const std::string&) {
  const std::lock_guard lock(state_->mutex);
  auto& counter = state_->counters[name];
  if (!counter) counter = std::make_shared<PlainCounter>();
  return counter;
}

std::uint64_t FakeHost::counter_value(const std::string& name) const {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->counters.find(name);
  return found == state_->counters.end() ? 0 : found->second->value();
}

Registration FakeHost::gauge(const std::string& name, const std::string&,
                             std::function<double()> read) {
  const int number = state_->next++;
  const std::lock_guard lock(state_->running);
  state_->gauges[number] = {name, std::move(read)};
  return Registration([state = state_, number] {
    const std::lock_guard erasing(state->running);
    state->gauges.erase(number);
  });
}

double FakeHost::gauge_value(const std::string& name) const {
  const std::lock_guard lock(state_->running);
  for (const auto& [number, gauge] : state_->gauges)
    if (gauge.first == name) return gauge.second();
  return 0;
}

void FakeHost::sweep() {
  {
    const std::lock_guard lock(state_->running);
    state_->tasks.clear();
    state_->gauges.clear();
    state_->followers.clear();
  }
  const std::lock_guard lock(state_->publishing);
  state_->listeners.clear();
}

}  // namespace swapmeet::testing
