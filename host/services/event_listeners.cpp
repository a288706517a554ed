#include "host/services/event_listeners.h"

#include <condition_variable>
#include <map>
#include <utility>

namespace swapmeet {

struct EventListeners::State {
  struct Waiting {
    std::uint64_t number = 0;
    Event event;
  };
  struct Entry {
    std::uint64_t since = 0;  // the first event that it hears of
    std::shared_ptr<const Listener> listener;
  };
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Waiting> waiting;
  std::uint64_t published = 0;
  std::map<std::uint64_t, Entry> listeners;
  std::uint64_t next = 0;
  std::uint64_t called = 0;  // which of the listeners
  bool calling = false;
  bool stopping = false;

  void tell(const Event& event, std::uint64_t number, std::unique_lock<std::mutex>& lock);
  void remove(std::uint64_t number, std::thread::id own);
  std::thread::id thread;
};

EventListeners::EventListeners(EventBus& bus, std::function<void()> dropped,
                               std::size_t most_waiting)
    : bus_(bus),
      dropped_(std::move(dropped)),
      most_waiting_(most_waiting),
      state_(std::make_shared<State>()) {}

EventListeners::~EventListeners() {
  subscription_.reset();
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  state_->changed.notify_all();
  if (thread_.joinable()) thread_.join();
}

Registration EventListeners::add(Listener listener) {
  begin();
  const std::lock_guard lock(state_->mutex);
  const auto number = state_->next++;
  state_->listeners[number] = {state_->published,
                               std::make_shared<const Listener>(std::move(listener))};
  return Registration(
      [state = state_, number] { state->remove(number, std::this_thread::get_id()); });
}

// What nobody listens to costs nothing: neither thread nor subscription.
void EventListeners::begin() {
  const std::lock_guard once(beginning_);
  if (thread_.joinable()) return;
  thread_ = std::thread([state = state_] { work(state); });
  {
    const std::lock_guard lock(state_->mutex);
    state_->thread = thread_.get_id();
  }
  subscription_ = bus_.subscribe([this](const Event& event) {
    bool full = false;
    {
      const std::lock_guard lock(state_->mutex);
      const auto number = state_->published++;
      if (state_->listeners.empty()) return;
      full = state_->waiting.size() >= most_waiting_;
      if (full) state_->waiting.pop_front();
      state_->waiting.push_back({number, event});
    }
    state_->changed.notify_all();
    if (full && dropped_) dropped_();
  });
}

void EventListeners::work(const std::shared_ptr<State>& state) {
  std::unique_lock lock(state->mutex);
  while (true) {
    state->changed.wait(lock, [&] { return state->stopping || !state->waiting.empty(); });
    if (state->stopping) return;
    const auto next = std::move(state->waiting.front());
    state->waiting.pop_front();
    state->tell(next.event, next.number, lock);
  }
}

void EventListeners::State::tell(const Event& event, std::uint64_t number,
                                 std::unique_lock<std::mutex>& lock) {
  // Listeners may come and go between the calls.
  for (auto at = listeners.begin(); at != listeners.end() && !stopping;
       at = listeners.upper_bound(called)) {
    called = at->first;
    if (at->second.since > number) continue;
    const auto listener = at->second.listener;
    calling = true;
    lock.unlock();
    (*listener)(event);
    lock.lock();
    calling = false;
    changed.notify_all();
  }
}

void EventListeners::State::remove(std::uint64_t number, std::thread::id own) {
  std::unique_lock lock(mutex);
  auto ended = listeners.extract(number);  // destroyed without the lock
  if (own != thread) changed.wait(lock, [&] { return !calling || called != number; });
  lock.unlock();
}

}  // namespace swapmeet
