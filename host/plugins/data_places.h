// Where a plugin has its data: DATA/ID, or another folder after it was replaced while the host ran.
// A new instance begins in DATA/ID@2 (3, …) beside the old one. Once it has taken the old one's
// place, DATA/ID.folder says so; the next start calls the folder DATA/ID again and removes what is
// left over, be it of a replacement that failed or of one that a crash cut short.
// Threads: free functions; no two for the same plugin at once.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "swapmeet/result.h"

namespace swapmeet {

// The folder of whoever is in place now.
std::filesystem::path place_of_data(const std::filesystem::path& data, const std::string& id);
// One for a new instance beside it, that is not there.
std::filesystem::path fresh_place_of_data(const std::filesystem::path& data, const std::string& id);
// From now on, and after a crash, the plugin's data are in `folder`.
Result<void> take_place_of_data(const std::filesystem::path& data, const std::string& id,
                                const std::filesystem::path& folder);
// Of whom something was replaced since all was put in order.
std::vector<std::string> replaced_places(const std::filesystem::path& data);
// Puts all in order, before any plugin runs: DATA/ID is the one in place, and nothing is beside it.
void settle_places_of_data(const std::filesystem::path& data);

}  // namespace swapmeet
