// The calls into one auth plugin: so many log-ins at once and no more, each on a thread of its own
// and waited for until its deadline; the others wait in a fair line, which costs no thread. A
// plugin that blocks thus costs a few threads, and those who log in through it hear of it by name;
// nobody else notices.
// Threads: thread-safe. Calls that do not return outlive the object, and then use the plugin still:
// see idle().
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "host/auth/fair_line.h"
#include "host/plugins/manager.h"
#include "swapmeet/authenticator.h"

namespace swapmeet {

class PluginCalls {
 public:
  using Answer = Result<std::optional<Grant>>;
  using Done = std::function<void(Answer answer)>;

  // The clock must outlive it, and calls that hang.
  PluginCalls(Provider provider, Clock& clock, std::size_t most);

  const std::string& plugin() const { return provider_.id; }
  const void* interface() const { return provider_.interface; }

  // `done` is called once, by any thread, with what the plugin answers. Or of the host: `too_many`,
  // when its turn has not come or the line is full; `unavailable`, when those who are inside have
  // been for longer than they may; `timed_out`.
  void check(const LogIn& wanted, const Turn& turn, Done done);
  // What the plugin answers, or what is said above; waits for it.
  Answer current(const std::string& account, Instant until);

  std::size_t waiting() const;  // in the line
  // Ends the waiting of those who have waited for too long. To be called now and then.
  void tend();
  // Nobody waits for an answer any more, from now on.
  void cancel();
  // Waits so long for all calls to return. False: one hangs.
  bool idle(std::chrono::milliseconds patience);

 private:
  struct Check;
  struct State;
  using Checks = std::vector<std::shared_ptr<Check>>;

  static void start(const std::shared_ptr<State>& state);
  static void begin(const std::shared_ptr<State>& state, const std::shared_ptr<Check>& check);
  static void run(const std::shared_ptr<State>& state, const std::shared_ptr<Check>& check);
  void end(const Checks& checks, const Error& why) const;
  static Error named(const std::string& plugin, const Error& error);

  const Provider provider_;
  std::shared_ptr<State> state_;
};

}  // namespace swapmeet
