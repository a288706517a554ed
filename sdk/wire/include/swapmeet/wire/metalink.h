// Metalink 4 (RFC 5854): where to fetch one content from, and the hashes to check it by, for
// download programs such as aria2.
// Threads: a free function without shared state.
#pragma once

#include <string>

#include "swapmeet/registry.h"
#include "swapmeet/wire/content_hashes.h"

namespace swapmeet::wire {

inline constexpr const char* kMetalinkType = "application/metalink4+xml";

// What a program that fetches the content calls the file: its most used name, without a path; the
// content id when no name is fit for that.
std::string file_name_of(const ContentRecord& content);

// The document; `hashes` may be null. `not_found` when nobody who is present has it: a Metalink
// file needs at least one source.
Result<std::string> metalink(const ContentRecord& content, const ContentHashes* hashes);

}  // namespace swapmeet::wire
