#include "host/plugins/inside.h"

#include <csignal>
#include <memory>
#include <mutex>
#include <set>

namespace swapmeet {
namespace {
constinit thread_local Whereabouts here;

std::atomic<bool> overflows_are_handled{false};

class SignalStack {
 public:
  SignalStack() {
    stack_t stack{};
    stack.ss_sp = memory_.get();
    stack.ss_size = kSize;
    ::sigaltstack(&stack, nullptr);
  }
  ~SignalStack() {
    stack_t none{};
    none.ss_flags = SS_DISABLE;
    ::sigaltstack(&none, nullptr);
  }
  SignalStack(const SignalStack&) = delete;
  SignalStack& operator=(const SignalStack&) = delete;

 private:
  static constexpr std::size_t kSize = 64 << 10;
  const std::unique_ptr<char[]> memory_{new char[kSize]};  // untouched until it is needed
};

}  // namespace

std::string Doing::text() const {
  std::string all(what);
  if (!path.empty()) (all += ' ') += path;
  if (!request.empty()) (all += ", request ") += request;
  return all;
}

void handle_stack_overflows() { overflows_are_handled = true; }

void prepare_for_overflow() {
  if (!overflows_are_handled.load(std::memory_order_relaxed)) return;
  thread_local const SignalStack stack;
}

Whereabouts& whereabouts() { return here; }

const char* kept_id(const std::string& id) {
  static std::mutex mutex;
  static auto& kept = *new std::set<std::string>;
  const std::lock_guard lock(mutex);
  return kept.insert(id).first->c_str();
}

}  // namespace swapmeet
