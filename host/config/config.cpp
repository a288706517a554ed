#include "host/config/config.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>

#include "host/config/ini_edit.h"

namespace swapmeet {
namespace {

constexpr std::array kHostKeys = {
    KeySpec{"name", KeyType::text, nullptr, nullptr, nullptr, "What others see this host as."},
    KeySpec{"data", KeyType::path, nullptr, nullptr, nullptr,
            "The folder for databases, the peer id and the API token; one host at a time."},
    KeySpec{"plugins", KeyType::list, "", nullptr, nullptr,
            "Folders to load plugins from; empty: beside the program, then where it is installed."},
    at_once(one_of("debug|info|warning|error", {"log_level", "info", "How much is logged."})),
    at_once(KeySpec{"log_file", KeyType::path, "", nullptr, nullptr,
                    "Log to this file and rotate it; empty: to standard error."}),
    at_once(KeySpec{"log_size", KeyType::size, "10M", "10K", "10G",
                    "Rotate the log file at this size."}),
    at_once(KeySpec{"log_keep", KeyType::integer, "5", "1", "1000", "Rotated log files to keep."}),
};

constexpr std::array kHttpKeys = {
    KeySpec{"listen", KeyType::address, "127.0.0.1:6690", nullptr, nullptr,
            "Address and port of the API; port 0 takes any free one."},
    at_once(
        one_of("auto|off|offered|required",
               {"tls", "auto",
                "Whether the API is spoken over TLS: on the same port as HTTP, or only so. auto: "
                "required with a certificate of your own and more than loopback to listen on, "
                "else offered."})),
    at_once(KeySpec{"certificate", KeyType::path, "", nullptr, nullptr,
                    "The certificate (PEM) with the chain up to its authority, read again on "
                    "SIGHUP; empty: one of the host's own, known by its fingerprint."}),
    at_once(KeySpec{"certificate_key", KeyType::path, "", nullptr, nullptr,
                    "Its private key (PEM, mode 600)."}),
    one_of("owner|public",
           {"access", "owner",
            "owner: only who has the token in DATA/api.token; public: the auth plugin decides."}),
    KeySpec{"workers", KeyType::integer, "8", "1", "256",
            "Requests that one plugin may answer at a time; all together twice as many."},
    at_once(KeySpec{"call_deadline", KeyType::duration, "30s", "100ms", "1h",
                    "How long a plugin may take to answer a request; ten times as long when that "
                    "changes something."}),
    at_once(KeySpec{"max_connections", KeyType::integer, "8192", "1", "1000000",
                    "Connections at once."}),
    at_once(KeySpec{"max_connections_per_address", KeyType::integer, "1024", "1", "1000000",
                    "Connections at once from one address (of IPv6, one /64)."}),
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

// What the host itself wants to know of its searches.
constexpr std::array kSearchKeys = {
    at_once(KeySpec{"deadline", KeyType::duration, "5s", "10ms", "10m",
                    "How long one search may take; of several, a slower one is left out."}),
    at_once(KeySpec{"catch_up", KeyType::duration, "10m", "100ms", "24h",
                    "How long a search that takes another's place may take to start and to read "
                    "what the registry has."}),
    KeySpec{"shadow", KeyType::text, "", nullptr, nullptr,
            "A search that is tried beside, as in `plugin`: it answers nobody, and `swapmeet "
            "plugins shadow` compares its results."},
    at_once(KeySpec{"shadow_share", KeyType::integer, "10", "1", "100",
                    "Of a hundred queries, how many the shadow is tried with."}),
};

// What the host keeps for its auth plugins.
constexpr std::array kAuthKeys = {
    at_once(one_of("by_plugin|refuse|read|share",
                   {"guests", "by_plugin",
                    "What those may do who have not logged in: nothing, search and browse, or also "
                    "register a peer. by_plugin: share where nobody can log in, else refuse."})),
    at_once(KeySpec{"session_length", KeyType::duration, "7d", "1s", "366d",
                    "How long one is logged in; then name and password are asked for again."}),
    at_once(KeySpec{
        "max_failed_logins", KeyType::integer, "5", "1", "1000",
        "Failed log-ins of one device, or from one address, at one account before each further one "
        "makes it wait. Nobody else waits for them."}),
    at_once(KeySpec{
        "max_failed_logins_per_address", KeyType::integer, "50", "0", "100000",
        "The same for all that come from one address, at whichever accounts; 0: no limit, for an "
        "index behind a proxy."}),
    at_once(KeySpec{"recheck", KeyType::duration, "30s", "1s", "1d",
                    "How often a plugin is asked what those who are logged in may do now."}),
};

// What the host keeps for its registry, where that is a store of its own.
constexpr std::array kRegistryKeys = {
    at_once(KeySpec{"dial_back", KeyType::boolean, "yes", nullptr, nullptr,
                    "Whether a peer's address counts only after this host has connected there and "
                    "the peer has proved to be itself; no: what peers say is believed."}),
    at_once(KeySpec{"prove_again", KeyType::duration, "6h", "1m", "366d",
                    "How long such a proof is good."}),
    at_once(KeySpec{"dial_backs", KeyType::integer, "600", "1", "1000000",
                    "Connections a minute to prove addresses of peers that call from there."}),
    at_once(KeySpec{"dial_backs_per_address", KeyType::integer, "60", "1", "1000000",
                    "Of those, to one address (IPv6: /64)."}),
    at_once(KeySpec{"dial_backs_elsewhere", KeyType::integer, "30", "1", "1000000",
                    "The same to addresses other than the one that a peer calls from."}),
    at_once(KeySpec{"dial_backs_per_network", KeyType::integer, "3", "1", "1000000",
                    "Of those, to one network (IPv4: /24, IPv6: /48), and for one caller."}),
};

std::optional<Kind> kind_of_section(const std::string& section) {
  for (const Kind kind :
       {Kind::registry, Kind::search, Kind::transfer, Kind::auth, Kind::attributes})
    if (section == name_of(kind)) return kind;
  if (section.starts_with("extension.")) return Kind::extension;
  return std::nullopt;
}

// Several of these work together: `plugin = a, b`.
bool may_be_several(Kind kind) {
  return kind == Kind::search || kind == Kind::auth || kind == Kind::attributes;
}

std::vector<std::string> parts_of(const std::string& list) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  while (begin <= list.size()) {
    const auto end = std::min(list.find(',', begin), list.size());
    const auto first = list.find_first_not_of(" \t", begin);
    if (first < end) {
      const auto last = list.find_last_not_of(" \t", end - 1);
      parts.push_back(list.substr(first, last - first + 1));
    }
    begin = end + 1;
  }
  return parts;
}

// What a plugin's own section is called: "mine" for "mine" and for "./build/search_mine.so".
std::string short_name(Kind kind, const std::string& name) {
  if (name.find('/') == std::string::npos) return name;
  auto stem = std::filesystem::path(name).stem().string();
  const auto beginning = std::string(name_of(kind)) + '_';
  return stem.starts_with(beginning) ? stem.substr(beginning.size()) : stem;
}

const char* example_of(Kind kind) {
  switch (kind) {
    case Kind::registry: return "sqlite";
    case Kind::search: return "fts";
    case Kind::transfer: return "swarm";
    case Kind::auth: return "open";
    case Kind::attributes: return "media";
    case Kind::extension: break;
  }
  return "./mine.so";
}

// The plugins that a section chooses. One alone has its keys there or in [KIND.NAME]; of several,
// each has them in [KIND.NAME].
Result<std::vector<PluginChoice>> choices_of(Kind kind, const Ini& ini, const IniSection& section) {
  const auto file = ini.file.filename().string();
  const std::string where = file + " [" + section.name + "]";
  const auto own = keys_of_kind(kind);
  std::string chosen;
  RawSettings raw;
  for (const auto& entry : section.entries) {
    if (entry.first == "plugin")
      chosen = entry.second;
    else if (!find_spec(own, entry.first))
      raw.push_back(entry);
  }
  const auto names = may_be_several(kind) ? parts_of(chosen) : std::vector<std::string>{chosen};
  if (names.empty() || names.front().empty())
    return invalid_argument(where + " plugin: is missing; say which one, for example 'plugin = " +
                            example_of(kind) + "' (`swapmeet plugins` lists them)");
  if (!may_be_several(kind) && chosen.find(',') != std::string::npos)
    return invalid_argument(where + " plugin: '" + chosen + "' names several; one is expected");
  if (names.size() > 1 && !raw.empty())
    return invalid_argument(where + ' ' + raw.front().first +
                            ": with several plugins each has its keys in a section of its own, "
                            "such as [" +
                            section.name + '.' + short_name(kind, names.front()) + ']');
  std::vector<PluginChoice> choices;
  for (const auto& name : names) {
    PluginChoice choice{.kind = kind,
                        .name = name,
                        .where = where,
                        .raw = raw,
                        .base_folder = ini.file.parent_path(),
                        .section = section.name};
    if (kind != Kind::extension) {
      const auto own_section = section.name + '.' + short_name(kind, name);
      const auto* keys = ini.find(own_section);
      if (keys || names.size() > 1) {
        choice.section = own_section;
        choice.where = file;
        (choice.where += " [").append(own_section) += ']';
      }
      if (keys) choice.raw.insert(choice.raw.end(), keys->entries.begin(), keys->entries.end());
    }
    if (name.find('/') != std::string::npos)
      choice.name = (choice.base_folder / name).lexically_normal().string();
    choices.push_back(std::move(choice));
  }
  return choices;
}

RawSettings own_entries(const IniSection* section, std::span<const KeySpec> keys) {
  RawSettings raw;
  if (section)
    for (const auto& entry : section->entries)
      if (find_spec(keys, entry.first)) raw.push_back(entry);
  return raw;
}

Result<Settings> check_section(const Ini& ini, const char* name, std::span<const KeySpec> keys) {
  const IniSection* section = ini.find(name);
  return Settings::check(ini.file.filename().string() + " [" + name + "]",
                         section ? section->entries : RawSettings{}, keys, ini.file.parent_path());
}

// The search that [search] shadow names, with its keys in [search.NAME].
std::optional<PluginChoice> shadow_choice(const Ini& ini, const Settings& search) {
  const auto& name = search.text("shadow");
  if (name.empty()) return std::nullopt;
  PluginChoice choice{.kind = Kind::search,
                      .name = name,
                      .where = {},
                      .raw = {},
                      .base_folder = ini.file.parent_path(),
                      .section = "search." + short_name(Kind::search, name)};
  choice.where = ini.file.filename().string() + " [" + choice.section + "]";
  if (const auto* keys = ini.find(choice.section)) choice.raw = keys->entries;
  if (name.find('/') != std::string::npos)
    choice.name = (choice.base_folder / name).lexically_normal().string();
  return choice;
}

// [KIND.NAME] belongs to a plugin that [KIND] chooses, or to its shadow.
bool is_section_of_chosen(const Ini& ini, const std::string& section) {
  const auto dot = section.find('.');
  if (dot == std::string::npos) return false;
  const auto kind = kind_of_section(section.substr(0, dot));
  const auto* chooser = ini.find(section.substr(0, dot));
  if (!kind || !chooser) return false;
  for (const auto& [key, value] : chooser->entries)
    if (key == "plugin" || (kind == Kind::search && key == "shadow"))
      for (const auto& name : parts_of(value))
        if (short_name(*kind, name) == section.substr(dot + 1)) return true;
  return false;
}

Result<std::vector<PluginChoice>> section_choices(const Ini& ini, const IniSection& section) {
  if (const auto kind = kind_of_section(section.name)) return choices_of(*kind, ini, section);
  if (is_section_of_chosen(ini, section.name)) return std::vector<PluginChoice>{};
  return invalid_argument(
      ini.file.filename().string() + " [" + section.name +
      "]: there is no such section; host, http, limits, auth, registry, search, transfer, "
      "attributes and "
      "extension.NAME are known, and KIND.NAME for the keys of a plugin that [KIND] chooses");
}

bool is_loopback(const HostPort& address) {
  return address.host == "::1" || address.host == "localhost" || address.host.starts_with("127.");
}

http::Tls tls_of(const Settings& http, const HostPort& listen) {
  const auto& choice = http.text("tls");
  if (choice == "off") return http::Tls::off;
  if (choice == "offered") return http::Tls::offered;
  if (choice == "required") return http::Tls::required;
  const bool has_certificate = !http.path("certificate").empty();
  return has_certificate && !is_loopback(listen) ? http::Tls::required : http::Tls::offered;
}

// Which variables had a hand in these problems; a file that looks right would puzzle otherwise.
std::string from_environment(const Ini& ini, const std::string& problems,
                             const Overrides& overrides) {
  std::string lines;
  for (const auto& one : overrides) {
    const auto place = parse_ini_key(ini, one.assignment.substr(0, one.assignment.find('=')));
    if (one.from == "--set" || !place) continue;
    const auto name = "[" + place->section + "] " + place->key;
    if (problems.find(name) != std::string::npos)
      ((lines += '\n') += name) += " comes from the environment: " + one.from;
  }
  return lines;
}

// A peer knows the members of its index by their tickets, whatever else its [auth] says: what it
// shares with some of them would be for nobody without.
void know_members(Config& config) {
  const auto chosen = [&](Kind kind, std::string_view name) {
    return std::any_of(config.plugins.begin(), config.plugins.end(), [&](const auto& one) {
      return one.kind == kind && (name.empty() || one.name == name);
    });
  };
  if (!chosen(Kind::transfer, "") || !chosen(Kind::registry, "remote") ||
      chosen(Kind::auth, "ticket"))
    return;
  config.plugins.push_back({.kind = Kind::auth,
                            .name = "ticket",
                            .where = config.file.filename().string() + " [auth]",
                            .raw = {},
                            .base_folder = config.file.parent_path(),
                            .section = "auth.ticket"});
}

}  // namespace

std::span<const KeySpec> host_keys() { return kHostKeys; }
std::span<const KeySpec> http_keys() { return kHttpKeys; }
std::span<const KeySpec> keys_of_kind(Kind kind) {
  if (kind == Kind::search) return kSearchKeys;
  if (kind == Kind::auth) return kAuthKeys;
  if (kind == Kind::registry) return kRegistryKeys;
  return {};
}

http::ListenOptions Config::listen_options() const {
  http::ListenOptions options;
  options.address = http.address("listen");
  options.tls = tls_of(http, options.address);
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

Result<Config> read_config(const std::filesystem::path& file, const Overrides& overrides) {
  auto ini = read_ini(file);
  if (!ini) return std::move(ini).error();
  return read_config(std::move(*ini), overrides);
}

Result<Config> read_config(Ini read, const Overrides& overrides) {
  Ini* const ini = &read;
  for (const auto& one : overrides)
    if (auto applied = override_key(*ini, one.assignment); !applied)
      return invalid_argument(one.from + ": " + applied.error().message);

  Config config{.file = ini->file,
                .host = {},
                .http = {},
                .search = {},
                .auth = {},
                .limits = {},
                .registry = {},
                .plugins = {},
                .shadow = {}};
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
  if (auto limits = check_section(*ini, "limits", limit_keys()))
    config.limits = std::move(*limits);
  else
    problem(limits.error().message);
  auto search = Settings::check(ini->file.filename().string() + " [search]",
                                own_entries(ini->find("search"), kSearchKeys), kSearchKeys,
                                ini->file.parent_path());
  if (search)
    config.search = std::move(*search), config.shadow = shadow_choice(*ini, config.search);
  else
    problem(search.error().message);
  auto auth = Settings::check(ini->file.filename().string() + " [auth]",
                              own_entries(ini->find("auth"), kAuthKeys), kAuthKeys,
                              ini->file.parent_path());
  if (auth)
    config.auth = std::move(*auth);
  else
    problem(auth.error().message);
  auto registry = Settings::check(ini->file.filename().string() + " [registry]",
                                  own_entries(ini->find("registry"), kRegistryKeys), kRegistryKeys,
                                  ini->file.parent_path());
  if (registry)
    config.registry = std::move(*registry);
  else
    problem(registry.error().message);
  for (const auto& section : ini->sections) {
    if (section.name == "host" || section.name == "http" || section.name == "limits") continue;
    if (auto choices = section_choices(*ini, section))
      config.plugins.insert(config.plugins.end(), std::make_move_iterator(choices->begin()),
                            std::make_move_iterator(choices->end()));
    else
      problem(choices.error().message);
  }
  if (problems.empty() && !config.owner_access() && !ini->find("auth"))
    problem(ini->file.filename().string() +
            " [auth]: is missing; access = public needs to know who asks: 'plugin = open' lets "
            "everyone in");
  if (!problems.empty())
    return invalid_argument(problems + from_environment(*ini, problems, overrides));
  know_members(config);
  return config;
}

Reload differing(const Config& before, const Config& after) {
  Reload reload;
  const auto where = after.file.filename().string();
  add_differing(reload, where + " [host]", before.host, after.host, kHostKeys);
  add_differing(reload, where + " [http]", before.http, after.http, kHttpKeys);
  add_differing(reload, where + " [limits]", before.limits, after.limits, limit_keys());
  add_differing(reload, where + " [search]", before.search, after.search, kSearchKeys);
  add_differing(reload, where + " [auth]", before.auth, after.auth, kAuthKeys);
  add_differing(reload, where + " [registry]", before.registry, after.registry, kRegistryKeys);
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
