// Optional, for routes whose answer is at times in memory: they are tried on the front's own socket
// thread first, without the way to a worker and back. Not every Routes has it; at_once_routes()
// finds out, and who gets nullptr adds the handler alone.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "swapmeet/http.h"

namespace swapmeet::http {

// On the socket thread, by the rules of RouteOptions::quick. nullopt: not now; the handler gets the
// request then, on a worker. It does as well when this throws.
using AtOnce = std::function<std::optional<Response>(Request&)>;

// Thread-safe.
class AtOnceRoutes {
 public:
  virtual ~AtOnceRoutes() = default;
  // As Routes::add; when the registration is gone, neither of the two is running.
  virtual Result<Registration> add_at_once(const std::string& method, const std::string& pattern,
                                           AtOnce at_once, Handler handler) = 0;
};

inline AtOnceRoutes* at_once_routes(Routes& routes) { return dynamic_cast<AtOnceRoutes*>(&routes); }

}  // namespace swapmeet::http
