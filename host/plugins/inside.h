// Where a thread is: inside which plugin, and what for. Whoever looks at a thread from outside (a
// signal handler, or who waits for it in vain) learns whom to name.
// Threads: each has a Whereabouts of its own. `plugin` is anyone's to read while the thread lives;
// the calls are for the thread itself, its signal handlers included.
#pragma once

#include <atomic>
#include <string>
#include <string_view>

namespace swapmeet {

// What a call into a plugin is for: "start()", or a request. It points to what lives longer than
// the call.
struct Doing {
  Doing(std::string_view call) : what(call) {}
  Doing(const char* call) : what(call) {}
  Doing(const std::string& call) : what(call) {}
  Doing(std::string_view method, std::string_view called, std::string_view id)
      : what(method), path(called), request(id) {}

  // "GET /api/v1/search, request 17".
  std::string text() const;

  std::string_view what;     // or the method of the request
  std::string_view path;     // of the request; empty: it is none
  std::string_view request;  // its id
};

struct Inside {
  const char* plugin;  // its id
  const Doing* doing;
  const Inside* outer;  // the call that this one is made in
};

struct Whereabouts {
  std::atomic<const char*> plugin{nullptr};  // the innermost; of those that are never freed
  std::atomic<const Inside*> innermost{nullptr};
};

// Of this thread. Safe in signal handlers.
Whereabouts& whereabouts();

// From now on a thread that goes into a plugin gets a stack for signal handlers, so that a handler
// runs when its own has overflowed (sigaltstack(2)).
void handle_stack_overflows();
// Of this thread, once.
void prepare_for_overflow();

// The same id for ever, for those who may read it at any time.
const char* kept_id(const std::string& id);

}  // namespace swapmeet
