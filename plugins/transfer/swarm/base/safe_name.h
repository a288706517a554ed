// File names that came from others, made safe for this machine.
// Threads: free functions.
#pragma once

#include <string>
#include <string_view>

namespace swapmeet::transfer_swarm {

// The last part of `name` as a file name: valid UTF-8, no separators, no control characters, none
// of the names that other systems reserve for devices, not "." or "..", at most 255 bytes (cut
// between characters, the extension kept). Never empty: "file" when nothing is left.
std::string safe_name(std::string_view name);
// "b.flac" and 2 give "b (2).flac"; the result also fits into 255 bytes.
std::string numbered_name(std::string_view name, unsigned number);

}  // namespace swapmeet::transfer_swarm
