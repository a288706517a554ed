// Routes without sockets: what a plugin registers can be called as a request would. Stands in for
// the host's own listener and, with an address, for one of the plugin's own.
// Threads: any.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>

#include "swapmeet/http.h"

namespace swapmeet::testing {

class MemoryRoutes final : public http::Listener {
 public:
  explicit MemoryRoutes(HostPort address = {"127.0.0.1", 1}) : address_(std::move(address)) {}

  Result<Registration> add(const std::string& method, const std::string& pattern,
                           http::Handler handler, const http::RouteOptions& options = {}) override;
  HostPort address() const override { return address_; }
  void set_limits(const http::ListenOptions&) override {}

  // Runs the handler of a target such as "/api/v1/search?q=a%20b". `request` carries headers, body
  // and identity. Without a route for it: 404; with one for another method only: 405. What the
  // handler throws comes out.
  http::Response call(const std::string& method, const std::string& target,
                      http::Request request = {});
  std::set<std::string> registered() const;  // "GET /api/v1/search"

 private:
  struct Table {
    mutable std::mutex mutex;
    std::map<std::pair<std::string, std::string>, http::Handler> handlers;  // pattern, method
  };
  const HostPort address_;
  std::shared_ptr<Table> table_ = std::make_shared<Table>();  // a registration may outlive this
};

// The body of an answer that is a text, or whose file is read here; empty for a stream.
std::string body_of(const http::Response& response);

}  // namespace swapmeet::testing
