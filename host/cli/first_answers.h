// What the first run has to know and nobody has said: which folders to share, and which index. A
// person at a terminal is asked; a script is not.
// Threads: one.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>
#include <vector>

namespace swapmeet::cli {

// Asks on `out` and reads lines of `in`, until an empty one. The usual folders of `home` that are
// there are offered by name. What is no folder is said and asked again.
std::vector<std::filesystem::path> ask_for_folders(std::istream& in, std::ostream& out,
                                                   const std::filesystem::path& home);

struct IndexAnswer {
  std::string url;    // empty: none was named
  bool here = false;  // one is to be made on this machine
};
IndexAnswer ask_for_index(std::istream& in, std::ostream& out);

// "~/Music" and "Music" as whole paths.
std::filesystem::path whole_path(const std::string& typed, const std::filesystem::path& home);

// An address of this machine that others in its network reach it by; empty: it has none.
std::string network_address();

}  // namespace swapmeet::cli
