// The routes of a plugin that runs beside another of its name: held back until the other has gone,
// and the paths are free. Those of a plugin that is only tried stay held back.
// Copies are the same routes. Threads: any.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "swapmeet/http.h"

namespace swapmeet {

class HeldRoutes final : public http::Routes {
 public:
  HeldRoutes() : state_(std::make_shared<State>()) {}
  // Where they belong; before open().
  void lead_to(std::unique_ptr<http::Routes> real);
  Result<Registration> add(const std::string& method, const std::string& pattern,
                           http::Handler handler, const http::RouteOptions& options) override;
  // Adds them where they belong; from now on all are added there. The first that is refused is the
  // error; the others are added none the less.
  Result<void> open();

 private:
  struct Route {
    std::string method;
    std::string pattern;
    http::Handler handler;
    http::RouteOptions options;
    Registration added;  // once open
  };
  struct State {
    std::mutex mutex;
    std::unique_ptr<http::Routes> real;
    bool is_open = false;
    std::map<std::uint64_t, Route> routes;
    std::uint64_t next = 0;
  };
  static void remove(State& state, std::uint64_t number);

  const std::shared_ptr<State> state_;  // with the registrations given out
};

}  // namespace swapmeet
