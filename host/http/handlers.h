// Runs the handler of a request: the guard goes before it, what it throws becomes a 500, and who
// counts requests is told how it ended and how long it took.
// Threads: thread-safe without a lock; a handler runs on the thread that calls.
#pragma once

#include <optional>

#include "host/http/router.h"
#include "host/http/server.h"
#include "swapmeet/time.h"

namespace swapmeet::http {

class Handlers {
 public:
  Handlers(const Hooks& hooks, const Clock& clock) : hooks_(hooks), clock_(clock) {}

  Response run(Request& request, Route& route) const;
  // nullopt: there is no answer at once, and the handler gets the request next. What goes wrong
  // here is left to it.
  std::optional<Response> run_at_once(Request& request, Route& route) const;
  // A request whose turn has not come: its handler gets it as a HEAD, so that what the answer needs
  // is at hand then. What comes of it nobody sees or counts.
  void prepare(Request& request, Route& route) const;

 private:
  Response failed(const Request& request, const char* why) const;
  void tell(const Request& request, int status, Instant began) const;
  void tell_later(const Request& request, LaterBody& later, Instant began) const;

  const Hooks hooks_;
  const Clock& clock_;
};

}  // namespace swapmeet::http
