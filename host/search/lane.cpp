#include "host/search/lane.h"

#include <string>
#include <thread>
#include <utility>

#include "host/plugins/inside.h"
#include "swapmeet/background.h"

namespace swapmeet {

Lane::~Lane() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->ended = true;
  }
  state_->changed.notify_all();
}

bool Lane::is_idle() const {
  const std::lock_guard lock(state_->mutex);
  return state_->waiting.empty() && state_->idle == state_->threads;
}

bool Lane::run(std::function<void()> work) {
  if (const auto* request = Serving::now())
    work = [method = std::string(request->what), path = std::string(request->path),
            id = std::string(request->request), work = std::move(work)] {
      const Doing doing(method, path, id);
      const Serving serving(doing);
      work();
    };
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
