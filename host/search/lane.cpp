#include "host/search/lane.h"

#include <thread>
#include <utility>

#include "swapmeet/background.h"

namespace swapmeet {

Lane::~Lane() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->ended = true;
  }
  state_->changed.notify_all();
}

bool Lane::run(std::function<void()> work) {
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->waiting.size() >= state_->options.waiting) return false;
    state_->waiting.push_back(std::move(work));
    if (state_->idle < state_->waiting.size() && state_->threads < state_->options.threads) {
      ++state_->threads;
      std::thread([state = state_] { Lane::work(state); }).detach();
    }
  }
  state_->changed.notify_one();
  return true;
}

void Lane::work(const std::shared_ptr<State>& state) {
  if (state->options.in_background) run_in_background();
  std::unique_lock lock(state->mutex);
  for (;;) {
    ++state->idle;
    state->changed.wait(lock, [&] { return state->ended || !state->waiting.empty(); });
    --state->idle;
    if (state->waiting.empty()) break;
    auto next = std::move(state->waiting.front());
    state->waiting.pop_front();
    lock.unlock();
    next();
    next = nullptr;  // what it held goes before this thread counts as idle
    lock.lock();
  }
  --state->threads;
}

}  // namespace swapmeet
