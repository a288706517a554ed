// One plugin as the configuration chooses it; host/plugins loads it by this. Threads: plain data.
#pragma once

#include <filesystem>
#include <string>

#include "swapmeet/plugin.h"
#include "swapmeet/settings.h"

namespace swapmeet {

// What the configuration says of one plugin.
struct PluginChoice {
  Kind kind = Kind::extension;
  std::string name;   // "fts", or a path with a slash
  std::string where;  // "index.ini [search]", for errors
  RawSettings raw;
  std::filesystem::path base_folder;  // of relative paths
  std::string section;
};

}  // namespace swapmeet
