#include "host/services/event_bus.h"

#include <mutex>

namespace swapmeet {

void EventBus::publish(const Event& event) {
  const std::shared_lock lock(state_->mutex);
  for (const auto& [number, listener] : state_->listeners) listener(event);
}

Registration EventBus::subscribe(std::function<void(const Event&)> listener) {
  const std::unique_lock lock(state_->mutex);
  const int number = state_->next++;
  state_->listeners.emplace(number, std::move(listener));
  return Registration([state = state_, number] {
    const std::unique_lock erasing(state->mutex);
    state->listeners.erase(number);
  });
}

}  // namespace swapmeet
