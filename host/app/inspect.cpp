// `swapmeet check` and `swapmeet plugins`: they load plugins and start nothing.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <unistd.h>

#include <functional>
#include <iostream>
#include <optional>

#include "host/app/application.h"
#include "host/app/check_data.h"
#include "host/config/config.h"
#include "host/services/event_bus.h"
#include "host/services/metrics.h"
#include "host/services/scheduler.h"
#include "swapmeet/system_clock.h"
#include "swapmeet/wire/json.h"

namespace swapmeet {
namespace {

const char* type_name(KeyType type) {
  constexpr const char* kNames[] = {"text", "number",  "yes/no", "size",   "duration",
                                    "path", "address", "url",    "choice", "list"};
  return kNames[static_cast<std::size_t>(type)];
}

std::vector<wire::KeyListing> listed(std::span<const KeySpec> keys) {
  const auto text = [](const char* value) { return std::string(value != nullptr ? value : ""); };
  std::vector<wire::KeyListing> listings;
  listings.reserve(keys.size());
  for (const auto& key : keys) {
    listings.push_back({.name = key.name,
                        .type = type_name(key.type),
                        .default_value = text(key.default_value),
                        .least = text(key.low),
                        .greatest = text(key.high),
                        .choices = text(key.choices),
                        .help = key.help,
                        .required = key.default_value == nullptr,
                        .changes_at_once = key.changes == Changes::at_once});
  }
  return listings;
}

void print_keys(std::span<const KeySpec> keys) {
  for (const auto& key : keys) {
    const std::string otherwise = !key.default_value   ? "required"
                                  : *key.default_value ? std::string("default ") + key.default_value
                                                       : "optional";
    fmt::print("    {:<28} {:<9} {:<20} {}\n", key.name, type_name(key.type), otherwise, key.help);
  }
}

// The section that enables this plugin: by its name, or by the path of its file.
std::string section_of(const Library& library, const Config* config) {
  if (config == nullptr) return {};
  const std::string id = info_of(*library.descriptor).id;
  for (const auto& choice : config->plugins)
    if (std::string(name_of(choice.kind)) + '.' + choice.name == id ||
        (choice.name.starts_with('/') && choice.name == library.file.string()))
      return choice.section;
  return {};
}

std::string listing_json(const std::vector<Library>& libraries, const Config* config) {
  std::vector<wire::PluginListing> listings;
  for (const auto& library : libraries) {
    const auto info = info_of(*library.descriptor);
    wire::PluginListing one;
    one.section = section_of(library, config);
    one.plugin = {info.id, std::string(name_of(info.kind)), info.version,
                  one.section.empty() ? "available" : "enabled"};
    one.summary = info.summary;
    one.keys = listed(info.keys.rows());
    listings.push_back(std::move(one));
  }
  return wire::to_json(listings, {{"host", listed(host_keys())},
                                  {"http", listed(http_keys())},
                                  {"search", listed(keys_of_kind(Kind::search))}});
}

Result<void> check_listening(const std::string& file, const Config& config) {
  const auto listen = config.http.address("listen");
  unsigned char address[sizeof(in6_addr)];
  if (listen.host == "localhost" || inet_pton(AF_INET, listen.host.c_str(), address) == 1 ||
      inet_pton(AF_INET6, listen.host.c_str(), address) == 1)
    return {};
  return Error{ErrorCode::invalid_argument,
               file + " [http] listen: " + listen.host +
                   " is no IP address; use 127.0.0.1 for this machine only, or 0.0.0.0 for all",
               {}};
}

// Whether the folder is there and can be written to, or can be made.
Result<void> check_folder(const std::string& where, std::filesystem::path folder) {
  std::error_code ignored;
  const auto wanted = folder;
  while (!std::filesystem::exists(folder, ignored) && folder.has_relative_path())
    folder = folder.parent_path();
  const auto wrong = [&](const std::string& why) {
    return Error{ErrorCode::invalid_argument, where + ": " + why, {}};
  };
  if (!std::filesystem::is_directory(folder, ignored))
    return wrong(folder.string() + " is no folder; name another one");
  if (::access(folder.c_str(), W_OK | X_OK) == 0) return {};
  if (folder == wanted)
    return wrong("this user may not write to " + folder.string() + "; change its owner or mode");
  return wrong(wanted.string() + " cannot be made, for this user may not write to " +
               folder.string() + "; make it, or name another one");
}

// Loads and configures them, starts none; then `look` may look at them.
Result<void> load_plugins(const Config& config, const std::function<void(Manager&)>& look = {}) {
  SystemClock clock;
  Scheduler scheduler(0, clock);
  EventBus events;
  Metrics metrics;
  Manager plugins({.clock = clock,
                   .log = [](const std::string&, LogLevel, std::string_view,
                             std::initializer_list<LogField>) {},
                   .data = config.host.path("data"),
                   .name = config.host.text("name"),
                   .peer = {},
                   .version = SWAPMEET_VERSION,
                   .routes = nullptr,
                   .listen = {},
                   .follow = {},
                   .scheduler = scheduler,
                   .events = events,
                   .metrics = metrics},
                  plugin_folders(&config));
  auto choices = config.plugins;
  if (config.shadow) choices.push_back(*config.shadow);
  if (auto loaded = plugins.load(choices); !loaded) return loaded;
  if (auto configured = plugins.configure(); !configured) return configured;
  if (look) look(plugins);
  return {};
}

int failed(const std::string& problems) {
  std::cerr << problems;
  return 1;
}

// No host may run meanwhile: it would write what is being read.
int check_data(const Config& config) {
  const auto folder = config.host.path("data");
  if (!std::filesystem::exists(folder))
    return failed(folder.string() + ": there are no data yet; the first start makes them\n");
  const auto data = DataFolder::open(folder);
  if (!data) return failed(data.error().message + "; a host that runs can be backed up\n");
  DataFindings findings;
  const auto loaded =
      load_plugins(config, [&](Manager& plugins) { findings = look_through(folder, plugins); });
  if (!loaded) return failed(loaded.error().message + '\n');
  for (const auto& note : findings.notes) fmt::print("{}\n", note);
  std::cout << std::flush;
  std::string problems;
  for (const auto& problem : findings.problems) problems += problem + '\n';
  if (!problems.empty()) return failed(problems);
  fmt::print("{}: nothing is wrong\n", folder.string());
  return 0;
}

}  // namespace

int check_command(const RunOptions& options) {
  auto config = read_config(options.config, options.overrides);
  if (!config) {
    std::cerr << config.error().message << '\n';
    return 1;
  }
  std::string problems;
  const auto note = [&](const Result<void>& result) {
    if (!result) problems += result.error().message + '\n';
  };
  const std::string file = config->file.filename().string();
  note(check_listening(file, *config));
  note(check_folder(file + " [host] data", config->host.path("data")));
  if (config->host.has("log_file"))
    note(check_folder(file + " [host] log_file", config->host.path("log_file").parent_path()));
  note(load_plugins(*config));
  if (!problems.empty()) return failed(problems);
  if (options.data) return check_data(*config);
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
    fmt::print("{}\n", listing_json(libraries, config ? &*config : nullptr));
    return 0;
  }
  fmt::print("[host]\n");
  print_keys(host_keys());
  fmt::print("[http]\n");
  print_keys(http_keys());
  fmt::print("[search]\n");
  print_keys(keys_of_kind(Kind::search));
  for (const auto& library : libraries) {
    const auto info = info_of(*library.descriptor);
    const auto section = section_of(library, config ? &*config : nullptr);
    fmt::print("{:<18} {:<9} {:<8} {:<24} {}\n", info.id, name_of(info.kind), info.version,
               section.empty() ? "available" : "enabled as [" + section + "]", info.summary);
    print_keys(info.keys.rows());
  }
  return 0;
}

}  // namespace swapmeet
