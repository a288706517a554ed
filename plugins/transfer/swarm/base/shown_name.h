// Names on disk as listings show them: Linux file names are bytes, listings are UTF-8 without
// control characters. Reversible, so that no two files get the same listing.
// Threads: free functions.
#pragma once

#include <string>
#include <string_view>

namespace swapmeet::transfer_swarm {

// Every byte that is not part of valid UTF-8, or is a control character, becomes U+201B and two hex
// digits; U+201B itself is doubled. '/' stays.
std::string shown_name(std::string_view raw);

}  // namespace swapmeet::transfer_swarm
