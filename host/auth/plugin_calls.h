// The calls into one auth plugin: each on a thread of its own, so many at once and no more, and
// waited for until its deadline. A plugin that blocks thus costs a few threads, and those who log
// in through it hear of it by name; nobody else notices.
// Threads: thread-safe. Calls that do not return outlive the object, and then use the plugin still:
// see idle().
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "host/plugins/manager.h"
#include "swapmeet/authenticator.h"

namespace swapmeet {

class PluginCalls {
 public:
  using Answer = Result<std::optional<Grant>>;

  // The clock must outlive it, and calls that hang.
  PluginCalls(Provider provider, Clock& clock, std::size_t most);

  const std::string& plugin() const { return provider_.id; }
  const void* interface() const { return provider_.interface; }

  // What the plugin answers. Or of the host: `too_many` at once, when so many are under way;
  // `unavailable`, when those have been for longer than they may; `timed_out`.
  Answer check(const LogIn& wanted);
  Answer current(const std::string& account, Instant until);

  // Nobody waits for an answer any more, from now on.
  void cancel();
  // Waits so long for all calls to return. False: one hangs.
  bool idle(std::chrono::milliseconds patience);

 private:
  struct State;
  using Call = std::function<Answer(Authenticator&)>;
  Answer run(const char* doing, Instant until, const Call& call);
  Error named(const Error& error) const;

  const Provider provider_;
  Clock& clock_;
  const std::size_t most_;
  std::shared_ptr<State> state_;
};

}  // namespace swapmeet
