// A manager over the fixture plugins, with services that remember what was logged and which routes
// were added. Threads: the log may be written by any, the rest is the test's own.
#pragma once

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "host/http/server.h"
#include "host/plugins/manager.h"
#include "swapmeet/system_clock.h"
#include "swapmeet/testing/manual_clock.h"
#include "swapmeet/testing/memory_routes.h"
#include "swapmeet/testing/temporary_folder.h"

namespace swapmeet {

inline std::filesystem::path fixtures() {
  const char* bin = std::getenv("SWAPMEET_BIN");
  if (!bin) throw std::runtime_error("SWAPMEET_BIN is not set: run this with ctest");
  return std::filesystem::path(bin) / "fixtures";
}

// What other threads have yet to do, awaited.
inline bool eventually(const std::function<bool()>& holds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::yield();
  }
  return true;
}
// The one table of routes, as each plugin gets it.
struct TheRoutes final : http::Routes {
  explicit TheRoutes(testing::MemoryRoutes& routes) : all(routes) {}
  Result<Registration> add(const std::string& method, const std::string& pattern,
                           http::Handler handler, const http::RouteOptions& options) override {
    return all.add(method, pattern, std::move(handler), options);
  }
  testing::MemoryRoutes& all;
};

struct BenchHost {
  testing::ManualClock clock;
  SystemClock system_clock;  // of what does not stand still: sockets and tasks
  testing::MemoryRoutes routes;
  EventBus events;
  Metrics metrics;
  testing::TemporaryFolder data;
  std::mutex mutex;
  std::vector<std::string> logged;  // "extension.base started"
  HostPort listened;                // the last listener of a plugin's own
  Manager manager{services(), {fixtures()}};

  Services services() {
    return {.clock = clock,
            .log =
                [this](const std::string& source, LogLevel, std::string_view message, auto) {
                  const std::lock_guard lock(mutex);
                  if (source != "plugins") logged.push_back(source + ' ' + std::string(message));
                },
            .data = data.path,
            .name = "bench",
            .peer = {},
            .version = "0",
            .routes_of = [this](const std::string&) { return std::make_unique<TheRoutes>(routes); },
            .listen =
                [this](const std::string&, const http::ListenOptions& options) {
                  auto listener = http::listen(options, system_clock);
                  if (listener) listened = (*listener)->address();
                  return listener;
                },
            .follow = {},
            .events = events,
            .metrics = metrics};
  }

  Result<void> load(const std::vector<std::string>& names, const RawSettings& raw = {}) {
    std::vector<PluginChoice> choices;
    for (const auto& name : names)
      choices.push_back(
          {Kind::extension, name, "x.ini [extension." + name + "]", raw, "/", "extension." + name});
    return manager.load(choices);
  }
  // Loads, configures and starts.
  Result<void> run(const std::vector<std::string>& names) {
    if (auto loaded = load(names); !loaded) return loaded;
    if (auto configured = manager.configure(); !configured) return configured;
    return manager.start();
  }
  std::vector<std::string> log() {
    const std::lock_guard lock(mutex);
    return logged;
  }
};

}  // namespace swapmeet
