// Files by the thousand, for a catalogue that does not look at the disk.
#pragma once

#include <string>
#include <vector>

#include "transfer/swarm/catalogue/catalogue_records.h"
#include "unit/swarm/scan/shared_folder.h"

namespace swapmeet::transfer_swarm {

inline std::vector<HashedFile> many(int from, int to) {
  static const auto tree = tree_of("x");
  std::vector<HashedFile> files;
  for (int i = from; i < to; ++i)
    files.push_back({"folder/" + std::to_string(i), {static_cast<std::uint64_t>(i), 1, 0}, tree});
  return files;
}

inline std::vector<std::string> paths_of(const std::vector<HashedFile>& files) {
  std::vector<std::string> paths;
  for (const auto& file : files) paths.push_back(file.path);
  return paths;
}

}  // namespace swapmeet::transfer_swarm
