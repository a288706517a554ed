// The HTTP front. One thread does all socket work without ever blocking (idle, slow and reading
// clients cost it a table entry), a bounded pool of workers runs handlers. A request reaches a
// worker only when head and body are whole and valid; files leave by sendfile(2), a portion a turn.
#pragma once

#include <chrono>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string_view>

#include "swapmeet/host.h"
#include "swapmeet/http.h"
#include "swapmeet/result.h"
#include "swapmeet/time.h"

namespace swapmeet::http {

struct Hooks {
  // Runs before the handler and where that runs: on a worker, for quick routes on the socket
  // thread, and for what is tried there first (RouteOptions::at_once) on both; may set
  // request.identity. A Response ends the request.
  std::function<std::optional<Response>(Request&)> guard;
  // After the handler, on the same thread.
  std::function<void(const Request&, int status, std::chrono::microseconds)> on_request;
  std::function<void(LogLevel, std::string_view message, std::initializer_list<LogField>)> log;
  std::size_t workers = 8;
};

// `unavailable`: the address is taken or not this machine's; `invalid_argument`: not an IP address.
// The clock outlives the listener.
Result<std::unique_ptr<Listener>> listen(const ListenOptions& options, const Clock& clock,
                                         const Hooks& hooks = {});

}  // namespace swapmeet::http
