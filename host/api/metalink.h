// Metalink 4 (RFC 5854): where to fetch one content from, for download programs such as aria2.
// Threads: a free function without shared state.
#pragma once

#include <string>

#include "swapmeet/registry.h"

namespace swapmeet {

// The document, without hashes. `not_found` when nobody who is present has it: a Metalink file
// needs at least one source.
Result<std::string> metalink(const ContentRecord& content);

}  // namespace swapmeet
