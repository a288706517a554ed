// Which events a reader of GET /api/v1/events is sent: what it may see, and of that what it asks
// for.
// Threads: a value.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "swapmeet/event.h"
#include "swapmeet/result.h"

namespace swapmeet {

struct EventFilter {
  bool owner = false;                    // also what is for the host's person and admins
  std::string watch = {};                // not empty: only what this watch finds
  std::vector<std::string> topics = {};  // not empty: only these, and what belongs to them

  bool admits(const Event& event) const;
};

// "peer.joined,download": topics and families of them. `invalid_argument` names the one that is
// neither, nor can be a plugin's own.
Result<std::vector<std::string>> topics_from(std::string_view text);

}  // namespace swapmeet
