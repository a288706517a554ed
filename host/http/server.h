// The HTTP front. One thread does all socket work without ever blocking (idle, slow and reading
// clients cost it a table entry), a bounded pool of workers runs handlers. A request reaches a
// worker only when head and body are whole and valid; files leave by sendfile(2), a portion a turn.
#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "swapmeet/host.h"
#include "swapmeet/http.h"
#include "swapmeet/result.h"
#include "swapmeet/time.h"
#include "swapmeet/tls/session.h"

namespace swapmeet::http {

struct Hooks {
  // A Response ends the request before its route is looked for, on the socket thread: while the
  // host starts, nothing is there yet.
  std::function<std::optional<Response>(const Request&)> not_yet;
  // Runs before the handler and where that runs: on a worker, for quick routes on the socket
  // thread, and for what is tried there first (RouteOptions::at_once) on both; may set
  // request.identity. A Response ends the request.
  std::function<std::optional<Response>(Request&)> guard;
  // After the handler, on the same thread.
  std::function<void(const Request&, int status, std::chrono::microseconds)> on_request;
  std::function<void(LogLevel, std::string_view message, std::initializer_list<LogField>)> log;
  // What a client that speaks TLS is shown, asked for each connection anew: on the socket thread,
  // so it is quick. Empty, or a nullptr: TLS is not understood.
  std::function<std::shared_ptr<const tls::ServerContext>()> tls;
  // A connection found no place: of its address, or none at all. On the socket thread.
  std::function<void(bool of_address)> turned_away;
  std::size_t workers = 8;  // that one plugin may hold at a time
  // How long a request that only asks is waited for; one that changes something ten times as long,
  // and one that changes the host itself as long as it takes. Empty: 30 s. Of each request anew.
  std::function<std::chrono::milliseconds()> call_deadline;
  // Where a thread says which plugin it is in (Workers::Inside).
  std::function<const std::atomic<const char*>*()> inside;
  // The Content-Security-Policy of answers that bring none of their own; empty: nothing is added.
  // A browser is told then as well not to guess what an answer is.
  std::string policy;
  // The plugin whose all routes are; empty: the host's, but for routes_of().
  std::string owner;
};

// A listener on which the host and its plugins have routes together.
class SharedListener : public Listener {
 public:
  // Routes whose calls end in that plugin. The listener outlives what is returned.
  virtual std::unique_ptr<Routes> routes_of(const std::string& owner) = 0;
};

// Whether the path is not too long for a local socket.
bool may_be_local(const std::filesystem::path& path);

// `unavailable`: the address is taken or not this machine's; `invalid_argument`: not an IP address.
// The clock outlives the listener. `local`: a Unix socket at that path as well, for this machine's
// user alone; what comes over it has kLocalAddress. Empty: none.
Result<std::unique_ptr<Listener>> listen(const ListenOptions& options, const Clock& clock,
                                         const Hooks& hooks = {});
Result<std::unique_ptr<SharedListener>> listen_shared(const ListenOptions& options,
                                                      const Clock& clock, const Hooks& hooks = {},
                                                      const std::filesystem::path& local = {});

}  // namespace swapmeet::http
