// What a peer shares, a level at a time, as people read it: folders with what is in them, then
// files; and folders below folders as a tree.
// Threads: free functions.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "host/cli/table.h"
#include "swapmeet/registry.h"

namespace swapmeet::cli {

// Files are numbered from 1 on, for `get NUMBER`.
Table table_of(const FolderLevel& level);
// "3 folders with 12,345 files, 20 GB; 2 files here, 5 MB".
std::string sum_of(const FolderLevel& level);

// A folder of a tree, with those below it.
struct TreeFolder {
  SharedFolder folder;
  std::vector<TreeFolder> below{};
};
// Lines with the branches drawn, each folder with its files and bytes.
std::string tree_text(const std::vector<TreeFolder>& folders);

}  // namespace swapmeet::cli
