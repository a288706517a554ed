#include "swapmeet/settings.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <stdexcept>

#include "swapmeet/meant_name.h"
#include "swapmeet/text.h"

namespace swapmeet {
namespace {

// "share.*" and "share.*.audience": what stands before and after the star.
bool is_family(std::string_view name) { return name.find(".*") != std::string_view::npos; }
std::string_view family_beginning(std::string_view name) {
  return name.substr(0, name.find(".*") + 1);
}
std::string_view family_end(std::string_view name) { return name.substr(name.find(".*") + 2); }
// What stands for the star; empty: the key is none of these.
std::string_view member_of(std::string_view family, std::string_view key) {
  const auto beginning = family_beginning(family);
  const auto end = family_end(family);
  if (key.size() <= beginning.size() + end.size() || !key.starts_with(beginning) ||
      !key.ends_with(end))
    return {};
  key.remove_prefix(beginning.size());
  key.remove_suffix(end.size());
  return key;
}

std::string unknown_key(std::span<const KeySpec> specs, std::string_view key) {
  std::vector<std::string> names;
  for (const auto& spec : specs) names.emplace_back(spec.name);
  const auto meant = meant_name(key, names);
  if (!meant.empty()) return "is not a key here; did you mean '" + meant + "'?";
  std::string all;
  for (const auto& spec : specs) (all += all.empty() ? "" : ", ") += spec.name;
  return all.empty() ? "is not a key here: this section has none of its own"
                     : "is not a key here; known are: " + all;
}

const char* expected_form(KeyType type) {
  switch (type) {
    case KeyType::integer: return "a whole number";
    case KeyType::boolean: return "true or false";
    case KeyType::size: return "a size like 10M, 1.5G or 64Ki";
    case KeyType::duration: return "a duration like 500ms, 30s, 5m, 12h or 7d";
    case KeyType::url: return "a URL that begins with http:// or https://";
    default: return "something else";
  }
}

// A number to compare bounds by; nullopt when the text has not the type's form.
std::optional<double> measure(KeyType type, std::string_view text) {
  switch (type) {
    case KeyType::integer:
      if (const auto value = parse_integer(text)) return static_cast<double>(*value);
      return std::nullopt;
    case KeyType::size:
      if (const auto value = parse_size(text)) return static_cast<double>(*value);
      return std::nullopt;
    case KeyType::duration:
      if (const auto value = parse_duration(text)) return static_cast<double>(value->count());
      return std::nullopt;
    default: return std::nullopt;
  }
}

Result<void> check_measured(const KeySpec& spec, const std::string& text) {
  const auto value = measure(spec.type, text);
  if (!value) return invalid_argument("'" + text + "' is not " + expected_form(spec.type));
  if (spec.low && *value < measure(spec.type, spec.low).value_or(*value))
    return invalid_argument(text + " is below the minimum " + spec.low);
  if (spec.high && *value > measure(spec.type, spec.high).value_or(*value))
    return invalid_argument(text + " is above the maximum " + spec.high);
  return {};
}

Result<void> check_choice(const KeySpec& spec, const std::string& text) {
  std::string_view rest = spec.choices ? spec.choices : "";
  while (!rest.empty()) {
    const auto bar = rest.find('|');
    if (rest.substr(0, bar) == text) return {};
    rest.remove_prefix(bar == std::string_view::npos ? rest.size() : bar + 1);
  }
  return invalid_argument("'" + text + "' is none of " + (spec.choices ? spec.choices : ""));
}

Result<void> check_url(const std::string& text) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!text.starts_with(scheme)) continue;
    const auto authority =
        std::string_view(text).substr(scheme.size(), text.find('/', scheme.size()) - scheme.size());
    if (authority.find(' ') == std::string_view::npos && !authority.empty()) return {};
  }
  return invalid_argument("'" + text + "' is not " + expected_form(KeyType::url));
}

// Checks a value that is not empty and brings it into its stored form.
Result<std::string> accept(const KeySpec& spec, const std::string& text,
                           const std::filesystem::path& base_folder) {
  Result<void> checked;
  switch (spec.type) {
    case KeyType::integer:
    case KeyType::size:
    case KeyType::duration: checked = check_measured(spec, text); break;
    case KeyType::boolean:
      if (!parse_boolean(text))
        checked = invalid_argument("'" + text + "' is not " + expected_form(KeyType::boolean));
      break;
    case KeyType::address:
      if (auto parsed = parse_host_port(text); !parsed) checked = std::move(parsed).error();
      break;
    case KeyType::url: checked = check_url(text); break;
    case KeyType::choice: checked = check_choice(spec, text); break;
    case KeyType::path: return (base_folder / text).lexically_normal().string();
    case KeyType::text:
    case KeyType::list: break;
  }
  if (!checked) return std::move(checked).error();
  return text;
}

[[noreturn]] void misused(std::string_view key, const char* why) {
  throw std::logic_error("setting '" + std::string(key) + "' " + why);
}

template <class T>
T required(std::optional<T> value, std::string_view key) {
  if (!value) misused(key, "has another type than it is asked for");
  return *value;
}

}  // namespace

std::vector<KeySpec> KeyTable::rows() const {
  std::vector<KeySpec> rows;
  rows.reserve(count_);
  const auto known = std::min(row_size_, sizeof(KeySpec));
  for (std::size_t i = 0; i < count_; ++i) {
    KeySpec row{};
    std::memcpy(static_cast<void*>(&row), static_cast<const char*>(first_) + i * row_size_, known);
    rows.push_back(row);
  }
  return rows;
}

const KeySpec* find_spec(std::span<const KeySpec> specs, std::string_view key) {
  for (const auto& spec : specs) {
    if (spec.name == key) return &spec;
    if (is_family(spec.name) && !member_of(spec.name, key).empty()) return &spec;
  }
  return nullptr;
}

Result<Settings> Settings::check(std::string_view where, const RawSettings& raw,
                                 std::span<const KeySpec> specs,
                                 const std::filesystem::path& base_folder) {
  Settings settings;
  std::string problems;
  const auto problem = [&](std::string_view key, const std::string& what) {
    if (!problems.empty()) problems += '\n';
    (problems += where).append(" ").append(key).append(": ").append(what);
  };
  for (const auto& [key, value] : raw) {
    const KeySpec* spec = find_spec(specs, key);
    if (!spec) {
      problem(key, unknown_key(specs, key));
      continue;
    }
    settings.values_[key] = value;  // an empty one is as if left out
    if (value.empty()) continue;
    if (auto accepted = accept(*spec, value, base_folder))
      settings.values_[key] = std::move(*accepted);
    else
      problem(key, spec->secret ? "the value is wrong (it is secret and not shown)"
                                : accepted.error().message);
  }
  for (const auto& spec : specs) {
    if (is_family(spec.name)) {
      settings.values_.try_emplace(spec.name);
      continue;
    }
    auto& value = settings.values_[spec.name];
    if (!value.empty()) continue;
    if (!spec.default_value) {
      problem(spec.name, std::string("is missing. ") + spec.help);
    } else if (*spec.default_value != '\0') {
      if (auto accepted = accept(spec, spec.default_value, base_folder))
        value = std::move(*accepted);
      else
        problem(spec.name, "the default is wrong: " + accepted.error().message);
    }
  }
  if (!problems.empty()) return invalid_argument(std::move(problems));
  return settings;
}

const std::string& Settings::text(std::string_view key) const {
  const auto found = values_.find(key);
  if (found == values_.end()) misused(key, "is not declared");
  return found->second;
}

std::vector<std::string> Settings::differing(const Settings& other) const {
  std::vector<std::string> keys;
  for (const auto& [key, value] : values_)
    if (const auto found = other.values_.find(key);
        found == other.values_.end() || found->second != value)
      keys.push_back(key);
  for (const auto& [key, value] : other.values_)
    if (!values_.contains(key)) keys.push_back(key);
  return keys;
}

void Settings::take_at_once(const Settings& fresh, std::span<const KeySpec> specs) {
  const auto changes_at_once = [&](const auto& entry) {
    const auto* spec = find_spec(specs, entry.first);
    return spec != nullptr && spec->changes == Changes::at_once;
  };
  std::erase_if(values_, changes_at_once);
  std::copy_if(fresh.values_.begin(), fresh.values_.end(), std::inserter(values_, values_.end()),
               changes_at_once);
}

bool Settings::has(std::string_view key) const {
  const auto found = values_.find(key);
  return found != values_.end() && !found->second.empty();
}

std::int64_t Settings::integer(std::string_view key) const {
  return required(parse_integer(text(key)), key);
}
bool Settings::boolean(std::string_view key) const {
  return required(parse_boolean(text(key)), key);
}
std::uint64_t Settings::size(std::string_view key) const {
  return required(parse_size(text(key)), key);
}
std::chrono::milliseconds Settings::duration(std::string_view key) const {
  return required(parse_duration(text(key)), key);
}
std::filesystem::path Settings::path(std::string_view key) const { return text(key); }

HostPort Settings::address(std::string_view key) const {
  auto parsed = parse_host_port(text(key));
  if (!parsed) misused(key, "has another type than it is asked for");
  return std::move(*parsed);
}

std::vector<std::string> Settings::list(std::string_view key) const {
  std::vector<std::string> items;
  std::string_view rest = text(key);
  while (!rest.empty()) {
    const auto comma = rest.find(',');
    if (const auto item = trim(rest.substr(0, comma)); !item.empty()) items.emplace_back(item);
    rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
  }
  return items;
}

std::vector<std::pair<std::string, std::string>> Settings::family(
    std::string_view spec_name) const {
  static_cast<void>(text(spec_name));  // must be declared
  const bool has_end = !family_end(spec_name).empty();
  const auto is_of_another = [&](const std::string& key) {
    return std::any_of(values_.begin(), values_.end(), [&](const auto& entry) {
      return !has_end && is_family(entry.first) && !family_end(entry.first).empty() &&
             !member_of(entry.first, key).empty();
    });
  };
  std::vector<std::pair<std::string, std::string>> members;
  for (const auto& [key, value] : values_) {
    const auto member = member_of(spec_name, key);
    if (member.empty() || is_family(key) || (value.empty() && !has_end) || is_of_another(key))
      continue;
    members.emplace_back(member, value);
  }
  return members;
}

}  // namespace swapmeet
