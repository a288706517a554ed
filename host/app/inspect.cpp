// `swapmeet check` and `swapmeet plugins`: they load plugins and start nothing.
#include <fmt/format.h>

#include <iostream>
#include <optional>

#include "host/app/application.h"
#include "host/app/config.h"
#include "host/app/event_bus.h"
#include "host/app/metrics.h"
#include "host/app/scheduler.h"
#include "host/app/system_clock.h"

namespace swapmeet {
namespace {

const char* type_name(KeyType type) {
  constexpr const char* kNames[] = {"text", "number",  "yes/no", "size",   "duration",
                                    "path", "address", "url",    "choice", "list"};
  return kNames[static_cast<std::size_t>(type)];
}

void print_keys(std::span<const KeySpec> keys) {
  for (const auto& key : keys) {
    const std::string otherwise = !key.default_value   ? "required"
                                  : *key.default_value ? std::string("default ") + key.default_value
                                                       : "optional";
    fmt::print("    {:<28} {:<9} {:<20} {}\n", key.name, type_name(key.type), otherwise, key.help);
  }
}

void print_json(const std::vector<Library>& libraries) {
  std::string list;
  for (const auto& library : libraries) {
    const auto& info = library.descriptor->info;
    std::string keys;
    for (const auto& key : info.keys)
      keys += fmt::format("{}\"{}\"", keys.empty() ? "" : ",", key.name);
    list += fmt::format(R"({}{{"id":"{}","kind":"{}","version":"{}","keys":[{}]}})",
                        list.empty() ? "" : ",", info.id, name_of(info.kind), info.version, keys);
  }
  fmt::print("{{\"plugins\":[{}]}}\n", list);
}

}  // namespace

int check_command(const RunOptions& options) {
  const auto failed = [](const Error& error) {
    std::cerr << error.message << '\n';
    return 1;
  };
  auto config = read_config(options.config, options.overrides);
  if (!config) return failed(config.error());
  SystemClock clock;
  Scheduler scheduler(0);
  EventBus events;
  Metrics metrics;
  Manager plugins({.clock = clock,
                   .log = [](const std::string&, LogLevel, std::string_view,
                             std::initializer_list<LogField>) {},
                   .data = config->host.path("data"),
                   .name = config->host.text("name"),
                   .peer = {},
                   .version = SWAPMEET_VERSION,
                   .routes = nullptr,
                   .listen = {},
                   .scheduler = scheduler,
                   .events = events,
                   .metrics = metrics},
                  plugin_folders(&*config));
  if (auto loaded = plugins.load(config->plugins); !loaded) return failed(loaded.error());
  if (auto configured = plugins.configure(); !configured) return failed(configured.error());
  fmt::print("{} is right: {} plugins, listening on {}\n", options.config.string(),
             config->plugins.size(), config->http.text("listen"));
  return 0;
}

int plugins_command(const RunOptions& options) {
  std::optional<Config> config;
  if (!options.config.empty()) {
    auto read = read_config(options.config, options.overrides);
    if (!read) {
      std::cerr << read.error().message << '\n';
      return 1;
    }
    config = std::move(*read);
  }
  std::vector<Library> libraries;
  for (const auto& file : list_libraries(plugin_folders(config ? &*config : nullptr))) {
    auto library = open_library(file);
    if (library)
      libraries.push_back(*library);
    else
      std::cerr << library.error().message << '\n';
  }
  if (options.json) {
    print_json(libraries);
    return 0;
  }
  for (const auto& library : libraries) {
    const auto& info = library.descriptor->info;
    fmt::print("{:<18} {:<9} {:<8} {}\n", info.id, name_of(info.kind), info.version, info.summary);
    print_keys(info.keys);
  }
  return 0;
}

}  // namespace swapmeet
