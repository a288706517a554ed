// Keys of the configuration that the environment gives, for containers and units: what
// SWAPMEET_TRANSFER_LISTEN says goes before what the file says, and --set before both.
// Threads: free functions without shared state.
#pragma once

#include <string>
#include <vector>

namespace swapmeet {

// One key that does not come from the file.
struct Override {
  std::string assignment;      // "section.key=value"
  std::string from = "--set";  // or the name of a variable
};
using Overrides = std::vector<Override>;

// SWAPMEET_SECTION_KEY=value, in small letters; two underscores stand for a dot:
// SWAPMEET_TRANSFER_SHARE__MUSIC is [transfer] share.music, SWAPMEET_EXTENSION__WEBHOOK_URL is
// [extension.webhook] url. Variables of other sections are somebody else's. In order of name.
Overrides environment_overrides(const char* const* environment);

}  // namespace swapmeet
