// A plugin's file: found, checked and opened. Nothing of the plugin is called before its
// descriptor has been found right; what is wrong is said with file, cause and remedy. What runs is
// a private copy (private_copy.h), so that the file may be overwritten meanwhile.
// Threads: any.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "swapmeet/plugin.h"

namespace swapmeet {

struct Library {
  std::filesystem::path file;
  const PluginDescriptor* descriptor = nullptr;  // valid until exit: libraries stay open
};

// `name` is "fts" for search_fts.so in one of the folders, or a path with a slash.
Result<std::filesystem::path> find_library(Kind kind, const std::string& name,
                                           const std::vector<std::filesystem::path>& folders);
// Loads what the file holds now. Opened again, an unchanged file is the same library; a changed one
// is another beside it.
Result<Library> open_library(const std::filesystem::path& file);
// All plugin files in the folders, in order of name.
std::vector<std::filesystem::path> list_libraries(
    const std::vector<std::filesystem::path>& folders);

}  // namespace swapmeet
