// `swapmeet plugins`: what can be loaded, what a configuration has chosen, and the keys of it all.
// It loads plugins and calls none of their code.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iostream>
#include <optional>

#include "host/app/application.h"
#include "host/app/settings_book.h"
#include "host/config/config.h"
#include "host/plugins/library.h"
#include "swapmeet/wire/json.h"

namespace swapmeet {
namespace {

constexpr std::array kKinds = {Kind::auth,     Kind::registry,   Kind::search,
                               Kind::transfer, Kind::attributes, Kind::extension};

// `plugin` itself, which is the host's key in every section that chooses plugins.
constexpr KeySpec kOne{"plugin", KeyType::text,
                       nullptr,  nullptr,
                       nullptr,  "Which one: its name, or with a slash the path of its file."};
constexpr KeySpec kSeveral{
    "plugin",
    KeyType::list,
    nullptr,
    nullptr,
    nullptr,
    "Which ones, in the order in which they are asked; each a name, or with a slash the path of "
    "its file. Of several, each has its keys in a section of its own, [KIND.NAME]."};

struct Section {
  std::string name;
  std::vector<KeySpec> keys;
};

// The sections of the host's own keys.
std::vector<Section> own_sections() {
  std::vector<Section> sections{{"host", {host_keys().begin(), host_keys().end()}},
                                {"http", {http_keys().begin(), http_keys().end()}},
                                {"limits", {limit_keys().begin(), limit_keys().end()}}};
  for (const Kind kind : kKinds) {
    const bool several = kind == Kind::auth || kind == Kind::search || kind == Kind::attributes;
    Section section{kind == Kind::extension ? "extension.NAME" : std::string(name_of(kind)),
                    {several ? kSeveral : kOne}};
    const auto own = keys_of_kind(kind);
    section.keys.insert(section.keys.end(), own.begin(), own.end());
    sections.push_back(std::move(section));
  }
  return sections;
}

std::vector<wire::KeyListing> listed(const std::vector<KeySpec>& keys) {
  std::vector<wire::KeyListing> listings;
  listings.reserve(keys.size());
  for (const auto& key : keys) listings.push_back(listing_of(key));
  return listings;
}

// "1 to 100000", "open|closed", "at least 1s".
std::string range_of(const KeySpec& key) {
  if (key.choices) return key.choices;
  if (key.low && key.high) return std::string(key.low) + " to " + key.high;
  if (key.low) return std::string("at least ") + key.low;
  return key.high ? std::string("at most ") + key.high : std::string();
}

void print_keys(const std::vector<KeySpec>& keys) {
  for (const auto& key : keys) {
    const std::string otherwise = !key.default_value   ? "required"
                                  : *key.default_value ? std::string("default ") + key.default_value
                                                       : "optional";
    fmt::print("    {:<28} {:<9} {:<22} {:<18} {}\n", key.name, listing_of(key).type, otherwise,
               range_of(key), key.help);
  }
}

// The section that enables this plugin: by its name, or by the path of its file.
std::string section_of(const Library& library, const Config* config) {
  if (config == nullptr) return {};
  const std::string id = info_of(*library.descriptor).id;
  for (const auto& choice : config->plugins)
    if (std::string(name_of(choice.kind)) + '.' + choice.name == id ||
        (choice.name.starts_with('/') &&
         std::filesystem::weakly_canonical(choice.name) == library.file))
      return choice.section;
  return {};
}

// Those in the folders, and those that the configuration chooses by their paths.
std::vector<std::filesystem::path> files_of(const Config* config) {
  auto files = list_libraries(plugin_folders(config));
  if (config)
    for (const auto& choice : config->plugins)
      if (choice.name.starts_with('/')) {
        const auto file = std::filesystem::weakly_canonical(choice.name);
        if (std::find(files.begin(), files.end(), file) == files.end()) files.push_back(file);
      }
  return files;
}

std::string listing_json(const std::vector<Library>& libraries, const Config* config) {
  std::vector<wire::PluginListing> listings;
  for (const auto& library : libraries) {
    const auto info = info_of(*library.descriptor);
    wire::PluginListing one;
    one.section = section_of(library, config);
    one.plugin.id = info.id;
    one.plugin.kind = std::string(name_of(info.kind));
    one.plugin.version = info.version;
    one.plugin.state = one.section.empty() ? "available" : "enabled";
    one.summary = info.summary;
    one.keys = listed(info.keys.rows());
    listings.push_back(std::move(one));
  }
  std::vector<wire::SectionListing> sections;
  for (const auto& section : own_sections())
    sections.push_back({section.name, listed(section.keys)});
  return wire::to_json(listings, sections);
}

void print_listing(const std::vector<Library>& libraries, const Config* config) {
  for (const auto& section : own_sections()) {
    fmt::print("[{}]\n", section.name);
    print_keys(section.keys);
  }
  const auto folders = plugin_folders(config);
  for (const auto& library : libraries) {
    const auto info = info_of(*library.descriptor);
    const auto section = section_of(library, config);
    fmt::print("{:<18} {:<9} {:<8} {:<24} {}\n", info.id, name_of(info.kind), info.version,
               section.empty() ? "available" : "enabled as [" + section + "]", info.summary);
    if (std::find(folders.begin(), folders.end(), library.file.parent_path()) == folders.end())
      fmt::print("    {}\n", library.file.string());
    print_keys(info.keys.rows());
  }
}

}  // namespace

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
  const Config* chosen = config ? &*config : nullptr;
  std::vector<Library> libraries;
  for (const auto& file : files_of(chosen)) {
    auto library = open_library(file);
    if (library)
      libraries.push_back(*library);
    else
      std::cerr << library.error().message << '\n';
  }
  if (options.json)
    fmt::print("{}\n", listing_json(libraries, chosen));
  else
    print_listing(libraries, chosen);
  return 0;
}

}  // namespace swapmeet
