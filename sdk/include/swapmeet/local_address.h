// What stands in place of an IP address for what comes over the host's local socket, which nobody
// but the owner of the host can open.
#pragma once

namespace swapmeet {

inline constexpr const char* kLocalAddress = "local";
// The socket, in the host's data folder.
inline constexpr const char* kLocalSocket = "http.sock";

}  // namespace swapmeet
