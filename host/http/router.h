// Routes: method and pattern to handler. Thread-safe; matching takes a shared lock for a moment.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <vector>

#include "swapmeet/http.h"

namespace swapmeet::http {

// One route, kept alive by whoever runs its handler.
class Route {
 public:
  Route(Handler handler, const RouteOptions& options)
      : handler_(std::move(handler)), options_(options) {}
  const RouteOptions& options() const { return options_; }
  bool is_tried_at_once() const { return static_cast<bool>(options_.at_once); }
  // nullopt when the route has been taken away in the meantime.
  std::optional<Response> run(Request& request);
  // What can be answered on the socket thread (RouteOptions::at_once); nullopt: nothing, or the
  // route has been taken away.
  std::optional<Response> run_at_once(Request& request);
  // No call begins after this, and none is running when it returns.
  void close();

 private:
  bool enter();
  void leave();

  Handler handler_;
  RouteOptions options_;
  std::mutex mutex_;
  std::condition_variable idle_;
  int running_ = 0;
  bool closed_ = false;
};

struct Match {
  std::shared_ptr<Route> route;               // nullptr: none
  std::map<std::string, std::string> params;  // decoded
  std::vector<std::string> allowed;           // methods of this path, when only the method is wrong
};

class Router : public Routes {
 public:
  Result<Registration> add(const std::string& method, const std::string& pattern, Handler handler,
                           const RouteOptions& options = {}) override;
  // `path` is percent-encoded. HEAD finds GET routes.
  Match find(const std::string& method, const std::string& path) const;

 private:
  struct Entry {
    std::string method;
    std::string pattern;
    std::vector<std::string> segments;
    std::shared_ptr<Route> route;
  };
  struct Table {
    mutable std::shared_mutex mutex;
    std::vector<Entry> entries;  // more literal patterns first
  };
  // Shared, so that a registration may outlive the router.
  std::shared_ptr<Table> table_ = std::make_shared<Table>();
};

}  // namespace swapmeet::http
