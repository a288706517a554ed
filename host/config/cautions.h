// What a configuration may say but a person rarely means: a peer that only its own machine can
// fetch from, or a share of the whole disk. No start is refused for any of it; init, up, check, run
// and status say it.
// Threads: free functions; they look at the disk.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host/config/config.h"

namespace swapmeet {

// A sentence each, with its remedy.
std::vector<std::string> cautions(const Config& config);
// Of those, whether others can fetch from here at all; empty: nothing is odd.
std::string caution_of_listening(const Config& config);

// Folders to share, each under its name: the whole disk, absent ones, and those that hold one
// another.
using NamedFolders = std::vector<std::pair<std::string, std::filesystem::path>>;
std::vector<std::string> cautions_of_shares(const NamedFolders& shares);

// Whether a URL names a host that is elsewhere, as seen from this machine.
bool is_elsewhere(std::string_view url);

}  // namespace swapmeet
