// `swapmeet check`: loads and configures the plugins of a configuration, and starts nothing.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <iostream>

#include "host/app/application.h"
#include "host/app/check_data.h"
#include "host/app/settings_book.h"
#include "host/config/cautions.h"
#include "host/config/config.h"
#include "host/config/data_lock.h"
#include "host/config/free_port.h"
#include "host/services/event_bus.h"
#include "host/services/metrics.h"
#include "host/services/scheduler.h"
#include "swapmeet/secret_file.h"
#include "swapmeet/system_clock.h"
#include "swapmeet/tls/certificate.h"

namespace swapmeet {
namespace {

struct Listening {
  std::string where;  // "peer.ini [http] listen"
  HostPort address;
};

// Where the host and its plugins listen. Of plugins that are not there nothing is known.
std::vector<Listening> listening_of(const std::string& file, const Config& config,
                                    const Result<wire::SettingsReport>& settings) {
  std::vector<Listening> all{{file + " [http] listen", config.http.address("listen")}};
  if (!settings) return all;
  for (const auto& section : settings->sections)
    for (const auto& one : section.settings) {
      if (section.name == "http" || one.key.type != "address" || one.key.name != "listen") continue;
      const auto address = parse_host_port(one.value.empty() ? one.key.default_value : one.value);
      if (address) all.push_back({file + " [" + section.name + "] listen", *address});
    }
  return all;
}

bool is_wildcard(const std::string& host) { return host == "0.0.0.0" || host == "::"; }

// Two of the host's own, and then those of other programs. A host that runs has taken its own.
void check_listening(const std::vector<Listening>& all, bool runs,
                     const std::function<void(const Result<void>&)>& note) {
  for (auto one = all.begin(); one != all.end(); ++one) {
    const auto same = std::find_if(all.begin(), one, [&](const Listening& other) {
      return other.address.port == one->address.port && one->address.port != 0 &&
             (other.address.host == one->address.host || is_wildcard(other.address.host) ||
              is_wildcard(one->address.host));
    });
    if (same != one) {
      note(invalid_argument(one->where + ": " + one->address.text() + " is that of " + same->where +
                            ", too; give each a port of its own"));
      continue;
    }
    auto free = check_free(one->address);
    if (free || (runs && free.error().code == ErrorCode::unavailable)) continue;
    note(Error{free.error().code, one->where + ": " + free.error().message, {}});
  }
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

// A start refuses a password that others can read, too; here it is seen before.
void check_passwords(const PluginChoice& choice,
                     const std::function<void(const Result<void>&)>& note) {
  for (const auto& [key, value] : choice.raw)
    if (key.ends_with("password_file") && !value.empty())
      if (const auto secret = read_secret(choice.base_folder / value); !secret)
        note(Error{
            secret.error().code, choice.where + ' ' + key + ": " + secret.error().message, {}});
}

// The operator's own, as a start reads it.
Result<void> check_certificate(const Config& config) {
  const auto certificate = config.http.path("certificate");
  const auto key = config.http.path("certificate_key");
  if (certificate.empty() || key.empty()) return {};
  if (auto read = tls::Certificate::read(certificate, key); !read)
    return Error{read.error().code,
                 config.file.filename().string() + " [http] certificate: " + read.error().message,
                 {}};
  return {};
}

// Loads and configures them, starts none; then `look` may look at them.
Result<void> load_plugins(const Config& config, const std::function<void(Manager&)>& look = {}) {
  SystemClock clock;
  EventBus events;
  Metrics metrics;
  Manager plugins({.clock = clock,
                   .log = [](const std::string&, LogLevel, std::string_view,
                             std::initializer_list<LogField>) {},
                   .data = config.host.path("data"),
                   .name = config.host.text("name"),
                   .peer = {},
                   .version = SWAPMEET_VERSION,
                   .routes_of = {},
                   .listen = {},
                   .follow = {},
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

// What was lost, and what is wrong with the rest.
Result<void> look_at(DataFolder& data, Manager& plugins, bool accept_loss,
                     std::vector<std::string>& accepted, DataFindings& findings) {
  if (accept_loss) {
    auto told = data.ledger().accept_losses(all_kept(data.path(), plugins));
    if (!told) return told.error();
    accepted.insert(accepted.end(), told->begin(), told->end());
  }
  auto lost = data.ledger().losses(all_kept(data.path(), plugins));
  if (!lost.empty()) lost.back() += ". " + remedy_of_losses(data.path());
  findings = look_through(data.path(), plugins);
  findings.problems.insert(findings.problems.begin(), lost.begin(), lost.end());
  return {};
}

// No host may run meanwhile: it would write what is being read.
int check_data(const Config& config, bool accept_loss) {
  const auto folder = config.host.path("data");
  if (!std::filesystem::exists(folder))
    return failed(folder.string() + ": there are no data yet; the first start makes them\n");
  std::vector<std::string> accepted;
  auto data = DataFolder::open(folder, accept_loss ? &accepted : nullptr);
  if (!data)
    return failed(data.error().message + (data.error().code == ErrorCode::conflict
                                              ? "; a host that runs can be backed up\n"
                                              : "\n"));
  DataFindings findings;
  Result<void> looked;
  const auto loaded = load_plugins(config, [&](Manager& plugins) {
    looked = look_at(*data, plugins, accept_loss, accepted, findings);
  });
  for (const auto& sentence : accepted) fmt::print("{}\n", sentence);
  if (!loaded) return failed(loaded.error().message + '\n');
  if (!looked) return failed(looked.error().message + '\n');
  for (const auto& note : findings.notes) fmt::print("{}\n", note);
  std::cout << std::flush;
  std::string problems;
  for (const auto& problem : findings.problems) problems += problem + '\n';
  if (!problems.empty()) return failed(problems);
  fmt::print("{}: nothing is wrong\n", folder.string());
  return 0;
}

void explain(const Config& config, const std::vector<PluginStatus>& plugins) {
  fmt::print("{} is right: {} plugins, listening on {}\n", config.file.string(),
             config.plugins.size(), config.http.text("listen"));
  for (const auto& plugin : plugins)
    fmt::print("  {:<20} {:<8} {}\n", plugin.id, plugin.version, plugin.file);
  fmt::print(
      "Looked at: every key and its value; that {} can be written to; that the ports are free; "
      "that each plugin's file is "
      "only yours to change, and was built for plugin ABI {}.{} with {}; that what they require is "
      "there; and what the plugins say of their values. Nothing was started. With --data, their "
      "stores are looked through as well.\n",
      config.host.path("data").string(), kAbiMajor, kAbiMinor, kToolchain);
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
  const SettingsBook book(options.config, options.overrides);
  const bool runs = host_on(config->host.path("data")).has_value();
  check_listening(listening_of(file, *config, book.list()), runs, note);
  note(check_folder(file + " [host] data", config->host.path("data")));
  if (std::filesystem::exists(config->host.path("data")))
    note(DataFolder::check_modes(config->host.path("data")));
  if (config->host.has("log_file"))
    note(check_folder(file + " [host] log_file", config->host.path("log_file").parent_path()));
  for (const auto& choice : config->plugins) {
    check_passwords(choice, note);
    for (const auto& [key, value] : choice.raw)
      if (key == "download_folder" && !value.empty())
        note(check_folder(choice.where + " download_folder", choice.base_folder / value));
  }
  note(check_certificate(*config));
  std::vector<PluginStatus> plugins;
  note(load_plugins(*config, [&](Manager& manager) { plugins = manager.status(); }));
  if (!problems.empty()) return failed(problems);
  if (options.data) return check_data(*config, options.accept_loss);
  explain(*config, plugins);
  if (runs) fmt::print("Its host runs: whether the ports are free was not looked at.\n");
  for (const auto& one : options.overrides)
    if (one.from != "--set") fmt::print("From the environment: {}\n", one.from);
  std::cout << std::flush;
  for (const auto& one : cautions(*config)) std::cerr << "careful: " << one << '\n';
  return 0;
}

}  // namespace swapmeet
