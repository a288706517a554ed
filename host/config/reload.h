// What reading the configuration again came to, section by section: the log and `swapmeet status`
// tell it. Threads: a value.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "swapmeet/settings.h"

namespace swapmeet {

struct Reload {
  std::vector<std::string> changed;  // in force now: "peer.ini [transfer] upload_limit"
  std::vector<std::string> refused;  // a sentence each; that section stays wholly as it was
  std::vector<std::string>
      at_restart;  // accepted, in force from the next start on, as in `changed`

  void add(Reload more) {
    const auto append = [](auto& to, auto& from) {
      for (auto& one : from) to.push_back(std::move(one));
    };
    append(changed, more.changed);
    append(refused, more.refused);
    append(at_restart, more.at_restart);
  }
};

// A key that differs goes to `changed` or `at_restart` by its spec.
void add_differing(Reload& reload, const std::string& where, const Settings& before,
                   const Settings& after, std::span<const KeySpec> specs);

}  // namespace swapmeet
