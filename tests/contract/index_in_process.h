// An index inside the test: real stores behind the real API and front, on a port of 127.0.0.1 that
// the system chooses. What asks an index is tested against it.
// Threads: the test's own, beside the front's.
#pragma once

#include <memory>
#include <stdexcept>

#include "host/api/api.h"
#include "host/http/server.h"
#include "host/reach/address_proofs.h"
#include "swapmeet/system_clock.h"
#include "swapmeet/testing/plugin_under_test.h"

namespace swapmeet::testing {

class IndexInProcess {
 public:
  IndexInProcess() {
    report_.peer.bytes[0] = 1;
    listen();
    start();
  }

  std::string url() const { return "http://" + listener_->address().text(); }
  Search& search() { return search_.get<Search>(); }
  // To another port.
  void move() {
    api_.reset();
    const auto before = std::move(listener_);
    listen();
    restart();
  }
  FakeHost& registry_host() { return registry_.host(); }

  void restart() {
    api_.reset();
    proofs_.reset();
    registry_.stop();
    search_.stop();
    start();
  }

 private:
  void listen() {
    auto listener = http::listen({.address = {"127.0.0.1", 0}}, clock_);
    if (!listener) throw std::runtime_error(listener.error().message);
    listener_ = std::move(*listener);
  }
  void start() {
    registry_.start();
    search_.start();
    // The peers that tests make up answer nowhere.
    proofs_ = std::make_unique<AddressProofs>(
        AddressProofs::Parts{.registry = registry_.get<Registry>(),
                             .clock = clock_,
                             .log = [](LogLevel, std::string_view, auto) {},
                             .metrics = metrics_,
                             .index = {},
                             .nonce = {},
                             .call = {},
                             .look_up = {}},
        ProofRules{.dial_back = false});
    api_ = std::make_unique<Api>(ApiContext{.routes = *listener_,
                                            .clock = clock_,
                                            .registry = registry_.find<Registry>(),
                                            .search = search_.find<Search>(),
                                            .metrics = metrics_,
                                            .status = [this] { return report_; },
                                            .proofs = proofs_.get()});
  }

  wire::StatusReport report_;
  PluginUnderTest registry_{PLUGINS "registry_sqlite.so"};
  PluginUnderTest search_{PLUGINS "search_fts.so"};
  SystemClock clock_;
  Metrics metrics_;
  std::unique_ptr<http::Listener> listener_;
  std::unique_ptr<AddressProofs> proofs_;
  std::unique_ptr<Api> api_;
};

}  // namespace swapmeet::testing
