// An index with people, over its real API and front on a port of 127.0.0.1: the token of a request
// says who asks. Registry and search are real plugins, and what the search follows has been told to
// it whenever a question is answered.
// Threads: the test's own, beside the front's.
#pragma once

#include <map>
#include <memory>
#include <stdexcept>
#include <string>

#include "host/api/api.h"
#include "host/http/server.h"
#include "swapmeet/system_clock.h"
#include "swapmeet/testing/plugin_under_test.h"
#include "swapmeet/wire/client.h"

namespace swapmeet::testing {

class PrivateIndex {
 public:
  explicit PrivateIndex(const char* search) : search_(std::string(PLUGINS) + search) {
    http::Hooks hooks;
    hooks.guard = [this](http::Request& request) -> std::optional<http::Response> {
      const auto found = people_.find(request.bearer());
      if (found != people_.end()) request.identity = found->second;
      return std::nullopt;
    };
    auto listener = http::listen({.address = {"127.0.0.1", 0}}, clock_, hooks);
    if (!listener) throw std::runtime_error(listener.error().message);
    listener_ = std::move(*listener);
    registry_.start();
    search_.start();
    api_ = std::make_unique<Api>(ApiContext{.routes = *listener_,
                                            .clock = clock_,
                                            .registry = registry_.find<Registry>(),
                                            .search = search_.find<Search>(),
                                            .metrics = metrics_,
                                            .status = [] {
                                              wire::StatusReport report;
                                              report.role = "index";
                                              return report;
                                            }});
  }

  Registry& registry() { return registry_.get<Registry>(); }

  // Between two questions. A guest has no account.
  void know(const std::string& name, const Identity& who) {
    people_[name] = who;
    if (!clients_.contains(name))
      clients_[name] = std::make_unique<wire::Client>(
          wire::ClientOptions{.url = "http://" + listener_->address().text(), .token = name});
  }
  Result<wire::Reply> ask(const std::string& name, const std::string& target) {
    return clients_.at(name)->exchange("GET", target);
  }

  void tell_search() {
    auto* feed = registry().feed();
    auto* follower = search_.get<Search>().follower();
    for (;;) {
      const auto stands = follower->applied().value();
      const auto state = feed->state().value();
      const auto from = stands.feed == state.feed ? stands.revision : 0;
      if (stands.feed == state.feed && from == state.latest) return;
      const auto batch = feed->changes_after(from, 1'000);
      if (!batch) throw std::runtime_error(batch.error().message);
      if (auto applied = follower->apply(*batch); !applied)
        throw std::runtime_error(applied.error().message);
    }
  }

 private:
  std::map<std::string, Identity> people_;  // changed while nobody asks
  PluginUnderTest registry_{PLUGINS "registry_sqlite.so"};
  PluginUnderTest search_;
  SystemClock clock_;
  Metrics metrics_;
  std::unique_ptr<http::Listener> listener_;
  std::unique_ptr<Api> api_;
  std::map<std::string, std::unique_ptr<wire::Client>> clients_;
};

}  // namespace swapmeet::testing
