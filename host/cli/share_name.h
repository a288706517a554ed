// What a share is called when nobody says: as the last part of its folder, without what a key of an
// INI file cannot hold.
// Threads: free functions.
#pragma once

#include <filesystem>
#include <set>
#include <string>

namespace swapmeet::cli {

// None of `taken`, to which it is added: "music", "music2", ….
std::string share_name(const std::filesystem::path& folder, std::set<std::string>& taken);

}  // namespace swapmeet::cli
