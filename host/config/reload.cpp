#include "host/config/reload.h"

namespace swapmeet {

void add_differing(Reload& reload, const std::string& where, const Settings& before,
                   const Settings& after, std::span<const KeySpec> specs) {
  for (const auto& key : after.differing(before)) {
    const auto* spec = find_spec(specs, key);
    const bool now = spec != nullptr && spec->changes == Changes::at_once;
    auto& line = (now ? reload.changed : reload.at_restart).emplace_back(where);
    line.append(" ").append(key);
  }
}

}  // namespace swapmeet
