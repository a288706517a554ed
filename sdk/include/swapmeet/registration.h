// A Registration undoes what was registered when it goes out of scope (a route, a timer, a
// wake-up). The host sweeps what a plugin has left registered when the plugin stops.
#pragma once

#include <functional>
#include <utility>

namespace swapmeet {

// Movable, not copyable. Not thread-safe itself; the undo it carries is.
class [[nodiscard]] Registration {
 public:
  Registration() = default;
  explicit Registration(std::function<void()> undo) : undo_(std::move(undo)) {}
  Registration(Registration&& other) noexcept : undo_(std::exchange(other.undo_, nullptr)) {}
  Registration& operator=(Registration&& other) noexcept {
    if (this != &other) {
      reset();
      undo_ = std::exchange(other.undo_, nullptr);
    }
    return *this;
  }
  ~Registration() { reset(); }

  // Undoes now. When it returns, nothing that was registered runs any more.
  void reset() {
    if (auto undo = std::exchange(undo_, nullptr)) undo();
  }
  explicit operator bool() const { return static_cast<bool>(undo_); }

 private:
  std::function<void()> undo_;
};

}  // namespace swapmeet
