// Names on disk as listings show them: Linux file names are bytes, listings are UTF-8 without
// control characters. A name that is both is shown as it is, and one that was fetched under its
// shown name stays so from then on, over any number of peers. Beside a file that has the shown name
// of another (a.txt and its copy from elsewhere), the other one cannot be listed.
// Threads: free functions.
#pragma once

#include <string>
#include <string_view>

namespace swapmeet::transfer_swarm {

// Every byte that is not part of valid UTF-8, or is a control character, becomes U+201B and two hex
// digits. '/' stays.
std::string shown_name(std::string_view raw);
// The other name that may be shown as this one is: the shown one of a name that is shown otherwise,
// or what U+201B and hex digits stand for. Empty: there is none.
std::string twin_of(std::string_view raw);

}  // namespace swapmeet::transfer_swarm
