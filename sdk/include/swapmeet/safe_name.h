// File names that came from others, made safe for this machine: the one home for it, whether a name
// is that of a file or of a folder, and whether it came in a listing or in an offer.
// Threads: free functions.
#pragma once

#include <string>
#include <string_view>

namespace swapmeet {

// The last part of `name` (after the last '/') as a file name that can be kept and seen on any
// system: valid UTF-8 of at most 255 bytes (cut between characters, the extension kept), not hidden
// (no dot in front), without what steers a terminal or turns the direction of text
// (swapmeet/characters.h), without characters and names that other systems reserve, no blank or dot
// at the end. What may not stand is replaced by '_', not dropped, so that names stay apart. Never
// empty: "file" when nothing was there.
std::string safe_name(std::string_view name);
// A path that came from another peer, '/' between parts: each of them made a safe name.
std::string safe_path(std::string_view path);
// "b.flac" and 2 give "b (2).flac"; the result also fits into 255 bytes.
std::string numbered_name(std::string_view name, unsigned number);

}  // namespace swapmeet
