// The key of the index's tickets on the disk, so that a peer that starts while its index is away
// knows members all the same. Threads: free functions; one caller at a time.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "auth/ticket/index_tickets.h"

namespace swapmeet::auth_ticket {

// nullopt: there is none, or it is another index's.
std::optional<IndexTickets::Key> read_kept_key(const std::filesystem::path& file,
                                               const std::string& index);
// In one step; false: it cannot be written.
bool keep_key(const std::filesystem::path& file, const std::string& index,
              const IndexTickets::Key& key);

}  // namespace swapmeet::auth_ticket
