#include "registry/sqlite/wakers.h"

#include <utility>

namespace swapmeet::registry_sqlite {

Registration Wakers::add(std::function<void()> waker) {
  const std::lock_guard lock(state_->mutex);
  const int number = state_->next++;
  state_->wakers.emplace(number, std::move(waker));
  return Registration([state = state_, number] {
    const std::lock_guard erasing(state->mutex);
    state->wakers.erase(number);
  });
}

void Wakers::wake() const {
  const std::lock_guard lock(state_->mutex);
  for (const auto& [number, waker] : state_->wakers) waker();
}

}  // namespace swapmeet::registry_sqlite
