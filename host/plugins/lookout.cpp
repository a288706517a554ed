#include "host/plugins/lookout.h"

#include <utility>

namespace swapmeet {
namespace {
constexpr std::chrono::seconds kBetweenLooks{1};
}

Lookout::Lookout(Clock& clock, std::function<void()> look)
    : thread_([this, &clock, look = std::move(look)] {
        std::unique_lock lock(mutex_);
        while (!clock.wait_for(lock, changed_, kBetweenLooks, [this] { return stopping_; })) {
          lock.unlock();
          look();
          lock.lock();
        }
      }) {}

Lookout::~Lookout() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

}  // namespace swapmeet
