// A file that is sent: what it was when it was hashed, and whether it still is.
// Threads: free functions, thread-safe.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "swapmeet/result.h"
#include "transfer/swarm/catalogue/catalogue.h"
#include "transfer/swarm/hashing/file_stamp.h"
#include "transfer/swarm/hashing/merkle.h"

namespace swapmeet::transfer_swarm {

// `not_found`, `invalid_argument` (no regular file), `not_allowed` (cannot be read).
Result<FileStamp> stamp_of_file(const std::string& path);
// Reads the whole file. `conflict`: it changed meanwhile. `cancelled`: `go_on` said false.
Result<MerkleTree> hash_file(const std::string& path, const FileStamp& stamp,
                             const std::function<bool()>& go_on);
// What the catalogue knows of it, when the file is in a share and unchanged since.
std::optional<MerkleTree> known_tree(Catalogue& catalogue, const std::string& path,
                                     const FileStamp& stamp);

}  // namespace swapmeet::transfer_swarm
