#include "host/config/environment.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "swapmeet/text.h"

namespace swapmeet {
namespace {

constexpr std::string_view kBeginning = "SWAPMEET_";

bool is_section(std::string_view name) {
  for (const std::string_view known : {"host", "http", "limits", "auth", "registry", "search",
                                       "transfer", "attributes", "extension"})
    if (name == known || (name.starts_with(known) && name[known.size()] == '.')) return true;
  return false;
}

// "TRANSFER_SHARE__MUSIC" is "transfer" and "share.music".
std::string key_named(std::string_view name) {
  std::string key;
  std::string section;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool is_dot = name.substr(i).starts_with("__");
    if (name[i] == '_' && !is_dot && section.empty()) {
      section = std::exchange(key, {});
      continue;
    }
    key += is_dot ? '.' : to_lower(name[i]);
    if (is_dot) ++i;
  }
  return is_section(section) && !key.empty() ? section + '.' + key : std::string();
}

}  // namespace

Overrides environment_overrides(const char* const* environment) {
  Overrides all;
  for (; environment != nullptr && *environment != nullptr; ++environment) {
    const std::string_view line = *environment;
    const auto equals = line.find('=');
    if (!line.starts_with(kBeginning) || equals == std::string_view::npos) continue;
    const auto key = key_named(line.substr(kBeginning.size(), equals - kBeginning.size()));
    if (!key.empty())
      all.push_back(
          {key + '=' + std::string(line.substr(equals + 1)), std::string(line.substr(0, equals))});
  }
  std::sort(all.begin(), all.end(),
            [](const Override& a, const Override& b) { return a.from < b.from; });
  return all;
}

}  // namespace swapmeet
