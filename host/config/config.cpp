#include "host/config/config.h"

#include <array>
#include <optional>

namespace swapmeet {
namespace {

constexpr std::array kHostKeys = {
    KeySpec{"name", KeyType::text, nullptr, nullptr, nullptr, "What others see this host as."},
    KeySpec{"data", KeyType::path, nullptr, nullptr, nullptr,
            "The folder for databases, the peer id and the API token; one host at a time."},
    KeySpec{"plugins", KeyType::list, "", nullptr, nullptr,
            "Folders to load plugins from; empty: beside the program, then where it is installed."},
    at_once(KeySpec{"log_level", KeyType::choice, "info", "debug|info|warning|error", nullptr,
                    "How much is logged."}),
    at_once(KeySpec{"log_file", KeyType::path, "", nullptr, nullptr,
                    "Log to this file and rotate it; empty: to standard error."}),
    at_once(KeySpec{"log_size", KeyType::size, "10M", "10K", "10G",
                    "Rotate the log file at this size."}),
    at_once(KeySpec{"log_keep", KeyType::integer, "5", "1", "1000", "Rotated log files to keep."}),
};

constexpr std::array kHttpKeys = {
    KeySpec{"listen", KeyType::address, "127.0.0.1:6690", nullptr, nullptr,
            "Address and port of the API; port 0 takes any free one."},
    KeySpec{"access", KeyType::choice, "owner", "owner|public", nullptr,
            "owner: only who has the token in DATA/api.token; public: the auth plugin decides."},
    KeySpec{"workers", KeyType::integer, "8", "1", "256", "Threads that answer requests."},
    at_once(KeySpec{"max_connections", KeyType::integer, "8192", "1", "1000000",
                    "Connections at once."}),
    at_once(KeySpec{"max_connections_per_address", KeyType::integer, "8192", "1", "1000000",
                    "Connections at once from one address."}),
    at_once(KeySpec{"header_timeout", KeyType::duration, "10s", "100ms", "10m",
                    "Time for a whole request head."}),
    at_once(KeySpec{"body_timeout", KeyType::duration, "60s", "100ms", "1h",
                    "Time for a whole request body."}),
    at_once(KeySpec{"send_timeout", KeyType::duration, "60s", "100ms", "1h",
                    "Longest pause of a reader that takes nothing."}),
    at_once(KeySpec{"idle_timeout", KeyType::duration, "75s", "100ms", "1h",
                    "Longest pause between requests."}),
    at_once(KeySpec{
        "max_buffered", KeyType::size, "256M", "1M", "1000G",
        "Memory for all requests that arrive and answers that leave; then the slowest go."}),
};

std::optional<Kind> kind_of_section(const std::string& section) {
  for (const Kind kind : {Kind::registry, Kind::search, Kind::transfer, Kind::auth})
    if (section == name_of(kind)) return kind;
  if (section.starts_with("extension.")) return Kind::extension;
  return std::nullopt;
}

Result<PluginChoice> plugin_choice(Kind kind, const Ini& ini, const IniSection& section) {
  const std::string where = ini.file.filename().string() + " [" + section.name + "]";
  PluginChoice choice{.kind = kind,
                      .name = {},
                      .where = where,
                      .raw = {},
                      .base_folder = ini.file.parent_path(),
                      .section = section.name};
  for (const auto& entry : section.entries) {
    if (entry.first == "plugin")
      choice.name = entry.second;
    else
      choice.raw.push_back(entry);
  }
  if (choice.name.empty())
    return invalid_argument(where + " plugin: is missing; say which one, for example 'plugin = " +
                            (kind == Kind::registry   ? "sqlite"
                             : kind == Kind::search   ? "fts"
                             : kind == Kind::transfer ? "swarm"
                             : kind == Kind::auth     ? "open"
                                                      : "./mine.so") +
                            "' (`swapmeet plugins` lists them)");
  if (choice.name.find('/') != std::string::npos)
    choice.name = (choice.base_folder / choice.name).lexically_normal().string();
  return choice;
}

Result<Settings> check_section(const Ini& ini, const char* name, std::span<const KeySpec> keys) {
  const IniSection* section = ini.find(name);
  return Settings::check(ini.file.filename().string() + " [" + name + "]",
                         section ? section->entries : RawSettings{}, keys, ini.file.parent_path());
}

Result<PluginChoice> section_choice(const Ini& ini, const IniSection& section) {
  const auto kind = kind_of_section(section.name);
  if (kind) return plugin_choice(*kind, ini, section);
  return invalid_argument(
      ini.file.filename().string() + " [" + section.name +
      "]: there is no such section; host, http, auth, registry, search, transfer and "
      "extension.NAME are known");
}

}  // namespace

std::span<const KeySpec> host_keys() { return kHostKeys; }
std::span<const KeySpec> http_keys() { return kHttpKeys; }

http::ListenOptions Config::listen_options() const {
  http::ListenOptions options;
  options.address = http.address("listen");
  options.max_connections = static_cast<std::size_t>(http.integer("max_connections"));
  options.max_connections_per_address =
      static_cast<std::size_t>(http.integer("max_connections_per_address"));
  options.header_timeout = http.duration("header_timeout");
  options.body_timeout = http.duration("body_timeout");
  options.send_timeout = http.duration("send_timeout");
  options.idle_timeout = http.duration("idle_timeout");
  options.max_buffered = http.size("max_buffered");
  return options;
}

Result<Config> read_config(const std::filesystem::path& file,
                           const std::vector<std::string>& overrides) {
  auto ini = read_ini(file);
  if (!ini) return std::move(ini).error();
  for (const auto& assignment : overrides)
    if (auto applied = override_key(*ini, assignment); !applied) return std::move(applied).error();

  Config config{.file = ini->file, .host = {}, .http = {}, .plugins = {}};
  std::string problems;
  const auto problem = [&](const std::string& message) {
    (problems += problems.empty() ? "" : "\n") += message;
  };
  if (auto host = check_section(*ini, "host", kHostKeys))
    config.host = std::move(*host);
  else
    problem(host.error().message);
  if (auto http = check_section(*ini, "http", kHttpKeys))
    config.http = std::move(*http);
  else
    problem(http.error().message);
  for (const auto& section : ini->sections) {
    if (section.name == "host" || section.name == "http") continue;
    if (auto choice = section_choice(*ini, section))
      config.plugins.push_back(std::move(*choice));
    else
      problem(choice.error().message);
  }
  if (problems.empty() && !config.owner_access() && !ini->find("auth"))
    problem(ini->file.filename().string() +
            " [auth]: is missing; access = public needs to know who asks: 'plugin = open' lets "
            "everyone in");
  if (!problems.empty()) return invalid_argument(std::move(problems));
  return config;
}

Reload differing(const Config& before, const Config& after) {
  Reload reload;
  const auto where = after.file.filename().string();
  add_differing(reload, where + " [host]", before.host, after.host, kHostKeys);
  add_differing(reload, where + " [http]", before.http, after.http, kHttpKeys);
  return reload;
}

std::vector<std::filesystem::path> plugin_folders(const Config* config) {
  std::vector<std::filesystem::path> folders;
  if (config)
    for (const auto& folder : config->host.list("plugins"))
      folders.push_back((config->file.parent_path() / folder).lexically_normal());
  if (!folders.empty()) return folders;
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
  folders.push_back(program / "plugins");
  folders.push_back((program / "../lib/swapmeet/plugins").lexically_normal());
  return folders;
}

}  // namespace swapmeet
