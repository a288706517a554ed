// Routes: method and pattern to handler. Thread-safe; matching takes a shared lock for a moment.
#pragma once

#include <atomic>
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
  // `owner`: the plugin that its calls end in; empty: the host itself.
  Route(Handler handler, const RouteOptions& options, std::string owner = {})
      : handler_(std::move(handler)), options_(options), owner_(std::move(owner)) {}
  const RouteOptions& options() const { return options_; }
  const std::string& owner() const { return owner_; }
  bool is_quick() const { return options_.quick && !is_slow_; }
  bool is_tried_at_once() const { return options_.at_once && !is_slow_; }
  // It has kept the socket thread waiting: from now on it runs on workers only.
  void keep_off_socket_thread() { is_slow_ = true; }
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
  const std::string owner_;
  std::atomic<bool> is_slow_{false};
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
                           const RouteOptions& options = {}) override {
    return add_for({}, method, pattern, std::move(handler), options);
  }
  // A route whose calls end in the plugin `owner`.
  Result<Registration> add_for(const std::string& owner, const std::string& method,
                               const std::string& pattern, Handler handler,
                               const RouteOptions& options);
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
