// A new configuration: the sample that the program carries, with this person's choices put in, and
// what is chosen where they say nothing.
// Threads: free functions.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "swapmeet/address.h"
#include "swapmeet/result.h"

namespace swapmeet::cli {

struct InitChoices {
  std::filesystem::path file;  // where it will stand
  std::string name;
  std::filesystem::path data;
  std::filesystem::path downloads;            // of a peer
  std::string index;                          // of a peer; empty: as in the sample
  std::vector<std::filesystem::path> shares;  // absolute; each is named after its last part
  HostPort api{};                             // where the API listens; no host: as in the sample
  HostPort content{};                         // where others fetch from a peer; the same
};

// `kind`: "index" or "peer". `invalid_argument`: a choice that cannot stand in an INI file.
Result<std::string> init_text(const std::string& kind, const InitChoices& choices);
// Writes it. `already_exists`: there is such a file, which stays as it is.
Result<void> write_configuration(const std::string& kind, const InitChoices& choices);

// Where its files go: in this person's home, or below `folder`. The rest is as in the sample.
InitChoices choices_at_home(const std::string& kind);
InitChoices choices_in(const std::string& kind, const std::filesystem::path& folder);
// "ann@laptop"; of an index the name of the machine.
std::string default_name(const std::string& kind);
// Ports that are free on this machine now: those of the sample, or 100, 200, … above. With
// `content` given, both are free.
void choose_ports(HostPort& api, HostPort* content);

}  // namespace swapmeet::cli
