// A manager over the fixture plugins, with services that remember what was logged and which routes
// were added. Threads: the log may be written by any, the rest is the test's own.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "host/http/server.h"
#include "host/plugins/manager.h"

namespace swapmeet {

class StillClock final : public Clock {
 public:
  Time now() const override { return Time{}; }
  std::chrono::steady_clock::time_point steady() const override { return {}; }
};

class MemoryRoutes final : public http::Routes {
 public:
  Result<Registration> add(const std::string& method, const std::string& pattern,
                           http::Handler handler, const http::RouteOptions&) override {
    const std::string key = method + ' ' + pattern;
    handlers[key] = std::move(handler);
    return Registration([this, key] { handlers.erase(key); });
  }
  std::map<std::string, http::Handler> handlers;
};

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "swapmeet-XXXXXX").string();
    if (!::mkdtemp(name.data())) throw std::runtime_error("no temporary folder");
    path = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::filesystem::path path;
};

inline std::filesystem::path fixtures() {
  const char* bin = std::getenv("SWAPMEET_BIN");
  if (!bin) throw std::runtime_error("SWAPMEET_BIN is not set: run this with ctest");
  return std::filesystem::path(bin) / "fixtures";
}

struct BenchHost {
  StillClock clock;
  MemoryRoutes routes;
  Scheduler scheduler{1};
  EventBus events;
  Metrics metrics;
  TemporaryFolder data;
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
            .routes = &routes,
            .listen =
                [this](const http::ListenOptions& options) {
                  auto listener = http::listen(options);
                  if (listener) listened = (*listener)->address();
                  return listener;
                },
            .scheduler = scheduler,
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
