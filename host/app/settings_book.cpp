#include "host/app/settings_book.h"

#include <algorithm>
#include <optional>

#include "host/config/ini_edit.h"
#include "host/plugins/library.h"
#include "swapmeet/meant_name.h"
#include "swapmeet/text.h"

namespace swapmeet {
namespace {

// The keys that belong into one section.
struct KeySection {
  std::string name;
  std::string plugin;
  std::vector<KeySpec> keys;
};

constexpr KeySpec kPluginKey{"plugin", KeyType::list,
                             nullptr,  nullptr,
                             nullptr,  "Which plugin: its name, or with a slash its file."};

const char* text_of(const char* value) { return value != nullptr ? value : ""; }

bool is_of_family(const KeySpec& spec) {
  return std::string_view(spec.name).find(".*") != std::string_view::npos;
}

KeySection& section_of(std::vector<KeySection>& sections, const std::string& name) {
  for (auto& one : sections)
    if (one.name == name) return one;
  return sections.emplace_back(KeySection{name, {}, {}});
}

void add_keys(KeySection& section, std::span<const KeySpec> keys) {
  section.keys.insert(section.keys.end(), keys.begin(), keys.end());
}

Result<std::vector<KeySpec>> keys_of(const PluginChoice& choice, const Config& config,
                                     std::string& id) {
  auto file = find_library(choice.kind, choice.name, plugin_folders(&config));
  if (!file) return file.error();
  const auto library = open_library(*file);
  if (!library) return library.error();
  const auto info = info_of(*library->descriptor);
  id = info.id;
  return info.keys.rows();
}

Result<std::vector<KeySection>> sections_of(const Config& config) {
  std::vector<KeySection> sections;
  add_keys(section_of(sections, "host"), host_keys());
  add_keys(section_of(sections, "http"), http_keys());
  if (!config.owner_access()) add_keys(section_of(sections, "limits"), limit_keys());
  auto plugins = config.plugins;
  if (config.shadow) plugins.push_back(*config.shadow);
  for (const auto& choice : plugins) {
    std::string id;
    auto keys = keys_of(choice, config, id);
    if (!keys) return keys.error();
    const auto kind = std::string(name_of(choice.kind));
    const auto chooser = choice.kind == Kind::extension ? choice.section : kind;
    if (auto& section = section_of(sections, chooser); section.keys.empty()) {
      section.keys.push_back(kPluginKey);
      add_keys(section, keys_of_kind(choice.kind));
    }
    auto& own = section_of(sections, choice.section);
    own.plugin = id;
    add_keys(own, *keys);
    if (own.keys.empty()) sections.pop_back();
  }
  return sections;
}

// What names programs, or places of this machine, is not for who comes over the network: a
// token that drives the host must not become one that runs anything.
bool is_for_api(const KeySpec& spec, std::string_view key) {
  if (spec.type == KeyType::path) return std::string_view(spec.name).starts_with("share.");
  for (const std::string_view name :
       {"plugin", "plugins", "shadow", "download_folders", "command", "arguments"})
    if (key == name) return false;
  return !key.ends_with("_command") && !key.starts_with("on_");
}

std::string value_among(const Ini& ini, const std::string& section, const std::string& key) {
  // Keys of [search.mine] may stand in [search], too, where there is only one.
  for (const auto& name : {section, section.substr(0, section.find('.'))})
    if (const auto* found = ini.find(name))
      for (const auto& [one, value] : found->entries)
        if (one == key) return value;
  return {};
}

// "--set", the name of a variable, "file" or "default".
std::string source_of(const Ini& file, const Overrides& overrides, const IniKey& key,
                      const std::string& value) {
  const Override* last = nullptr;
  for (const auto& one : overrides) {
    const auto named = parse_ini_key(file, one.assignment.substr(0, one.assignment.find('=')));
    if (named && *named == key) last = &one;
  }
  if (last != nullptr) return last->from;
  return value.empty() ? "default" : "file";
}

// Every key that a spec stands for: itself, and of a family those that are set.
std::vector<std::string> names_for(const KeySpec& spec, std::span<const KeySpec> keys,
                                   const Ini& ini, const std::string& section) {
  std::vector<std::string> names{spec.name};
  if (!is_of_family(spec)) return names;
  for (const auto& name : {section, section.substr(0, section.find('.'))}) {
    if (const auto* found = ini.find(name))
      for (const auto& [key, value] : found->entries)
        if (const auto* its = find_spec(keys, key); its != nullptr && its->name == spec.name)
          names.push_back(key);
    if (section.find('.') == std::string::npos) break;
  }
  return names;
}

// With the key that may have been meant.
Error unknown(const std::string& where, const std::string& key, std::vector<KeySpec> keys) {
  for (auto& one : keys) one.default_value = "";  // what is missing is not asked
  const auto checked = Settings::check(where, {{key, "x"}}, keys, {});
  const auto sentence = checked ? key + ": there is no such key" : checked.error().message;
  return not_found(std::string(trim(sentence)));
}

struct Found {
  IniKey key;
  const KeySpec* spec = nullptr;
};

Result<Found> found_in(const std::vector<KeySection>& sections, const Ini& ini,
                       const std::string& text) {
  const auto key = parse_ini_key(ini, text);
  if (key)
    for (const auto& section : sections)
      if (section.name == key->section) {
        if (const auto* spec = find_spec(section.keys, key->key)) return Found{*key, spec};
        return unknown("[" + section.name + "]", key->key, section.keys);
      }
  std::optional<Found> one;
  std::string all;
  for (const auto& section : sections)
    if (const auto* spec = find_spec(section.keys, text)) {
      (all += all.empty() ? "" : ", ") += section.name + '.' + text;
      one = Found{{section.name, text}, spec};
    }
  if (one && all.find(", ") == std::string::npos) return *one;
  if (one) return invalid_argument("several keys are called so: " + all);
  std::vector<std::string> names;
  for (const auto& section : sections)
    for (const auto& spec : section.keys) names.push_back(section.name + '.' + spec.name);
  std::vector<std::string> alone;
  alone.reserve(names.size());
  for (const auto& name : names) alone.push_back(name.substr(name.find_last_of('.') + 1));
  auto meant = meant_name(text, names);
  if (meant.empty()) meant = meant_name(text, alone);
  return not_found(
      "there is no key '" + text + "' here" +
      (meant.empty() ? "; `swapmeet plugins` lists all" : "; did you mean '" + meant + "'?"));
}

}  // namespace

wire::KeyListing listing_of(const KeySpec& spec) {
  constexpr const char* kNames[] = {"text", "number",  "yes/no", "size",   "duration",
                                    "path", "address", "url",    "choice", "list"};
  return {.name = spec.name,
          .type = kNames[static_cast<std::size_t>(spec.type)],
          .default_value = text_of(spec.default_value),
          .least = text_of(spec.low),
          .greatest = text_of(spec.high),
          .choices = text_of(spec.choices),
          .help = spec.help,
          .required = spec.default_value == nullptr,
          .changes_at_once = spec.changes == Changes::at_once};
}

Result<wire::SettingsReport> SettingsBook::list() const {
  const auto file = read_ini(file_);
  if (!file) return file.error();
  auto ini = *file;
  for (const auto& one : overrides_)
    if (auto applied = override_key(ini, one.assignment); !applied) return applied.error();
  const auto config = read_config(*file, overrides_);
  if (!config) return config.error();
  const auto sections = sections_of(*config);
  if (!sections) return sections.error();
  wire::SettingsReport report{file_.string(), {}};
  for (const auto& section : *sections) {
    wire::SettingsSection out{section.name, section.plugin, {}};
    for (const auto& spec : section.keys)
      for (const auto& name : names_for(spec, section.keys, ini, section.name)) {
        auto key = listing_of(spec);
        key.name = name;
        const auto value = value_among(ini, section.name, name);
        out.settings.push_back({.key = std::move(key),
                                .value = spec.secret ? "" : value,
                                .source = source_of(*file, overrides_, {section.name, name}, value),
                                .secret = spec.secret,
                                .by_api = is_for_api(spec, name)});
      }
    report.sections.push_back(std::move(out));
  }
  return report;
}

Result<std::string> SettingsBook::full_name(const std::string& key) const {
  const auto ini = read_ini(file_);
  if (!ini) return ini.error();
  const auto config = read_config(*ini, overrides_);
  if (!config) return config.error();
  const auto sections = sections_of(*config);
  if (!sections) return sections.error();
  const auto found = found_in(*sections, *ini, key);
  if (!found) return found.error();
  return found->key.text();
}

Result<std::string> SettingsBook::change(const std::vector<wire::SettingChange>& changes,
                                         From from) const {
  const auto before = read_text(file_);
  if (!before) return before.error();
  const auto ini = parse_ini(*before, file_);
  if (!ini) return ini.error();
  const auto config = read_config(*ini, overrides_);
  if (!config) return config.error();
  const auto sections = sections_of(*config);
  if (!sections) return sections.error();
  auto text = *before;
  for (const auto& one : changes) {
    const auto found = found_in(*sections, *ini, one.key);
    if (!found) return found.error();
    if (from == From::api && !is_for_api(*found->spec, found->key.key))
      return not_allowed(found->key.text() +
                         " names programs or places of the host's machine, and is set there: "
                         "swapmeet set " +
                         found->key.text() + " …");
    if (one.value) {
      if (auto checked = check_value(found->key, *one.value); !checked) return checked.error();
      text = with_key(text, found->key, *one.value);
    } else {
      const auto shown = is_of_family(*found->spec)
                             ? std::nullopt
                             : std::optional<std::string>(text_of(found->spec->default_value));
      text = without_key(text, found->key, shown);
    }
  }
  auto after = parse_ini(text, file_);
  if (!after) return after.error();
  const auto changed = read_config(std::move(*after), overrides_);
  if (!changed) return changed.error();
  for (const auto& choice : changed->plugins) {
    std::string id;
    const auto keys = keys_of(choice, *changed, id);
    if (!keys) return keys.error();
    auto checked = Settings::check(choice.where, choice.raw, *keys, choice.base_folder);
    if (!checked) return checked.error();
  }
  if (text != *before)
    if (auto written = rewrite(file_, text); !written) return written.error();
  return *before;
}

Result<void> SettingsBook::restore(const std::string& text) const { return rewrite(file_, text); }

}  // namespace swapmeet
