#include "host/plugins/held_routes.h"

#include <utility>

namespace swapmeet {

Result<Registration> HeldRoutes::add(const std::string& method, const std::string& pattern,
                                     http::Handler handler, const http::RouteOptions& options) {
  const std::lock_guard lock(state_->mutex);
  if (state_->is_open) return state_->real->add(method, pattern, std::move(handler), options);
  for (const auto& [number, route] : state_->routes)
    if (route.method == method && route.pattern == pattern)
      return already_exists(
          std::string("the route ").append(method).append(" ").append(pattern).append(" is taken"));
  const auto number = state_->next++;
  state_->routes[number] = {method, pattern, std::move(handler), options, {}};
  return Registration([state = state_, number] { remove(*state, number); });
}

void HeldRoutes::lead_to(std::unique_ptr<http::Routes> real) {
  const std::lock_guard lock(state_->mutex);
  state_->real = std::move(real);
}

// Without the lock: the end of a registration waits for handlers, which may add routes.
void HeldRoutes::remove(State& state, std::uint64_t number) {
  std::unique_lock lock(state.mutex);
  auto taken = state.routes.extract(number);
  lock.unlock();
}

Result<void> HeldRoutes::open() {
  const std::lock_guard lock(state_->mutex);
  if (!state_->real || std::exchange(state_->is_open, true)) return {};
  Result<void> all;
  for (auto& [number, route] : state_->routes) {
    auto added = state_->real->add(route.method, route.pattern, route.handler, route.options);
    if (added)
      route.added = std::move(*added);
    else if (all)
      all = std::move(added).error();
  }
  return all;
}

}  // namespace swapmeet
