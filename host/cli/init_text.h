// The text of a new configuration: the sample with this person's choices put in.
// Threads: free functions.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "swapmeet/result.h"

namespace swapmeet::cli {

struct InitChoices {
  std::filesystem::path file;  // where it will stand
  std::string name;
  std::filesystem::path data;
  std::filesystem::path downloads;            // of a peer
  std::string index;                          // of a peer; empty: as in the sample
  std::vector<std::filesystem::path> shares;  // absolute; each is named after its last part
};

// `kind`: "index" or "peer". `invalid_argument`: a choice that cannot stand in an INI file.
Result<std::string> init_text(const std::string& kind, const InitChoices& choices);

// `text` with `key = value` in its section, where the key stood before (commented out or not).
std::string with_key(std::string text, const std::string& section, const std::string& key,
                     const std::string& value);

}  // namespace swapmeet::cli
