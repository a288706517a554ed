// Where the command line keeps and finds its own things: configurations, the sessions of log-ins,
// what the last search found (XDG base directories).
// Threads: free functions.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace swapmeet::cli {

// Empty where there is no such file.
std::string first_word(const std::filesystem::path& file);
std::string environment(const char* name);  // "" when it is not set
std::filesystem::path config_home();        // ~/.config/swapmeet
std::filesystem::path data_home();          // ~/.local/share/swapmeet
std::filesystem::path cache_home();         // ~/.cache/swapmeet
// The configuration that is meant when none is named: peer.ini or index.ini in
// config_home(), or else config/peer.ini here.
std::optional<std::filesystem::path> default_config();

// The session token for a host, kept readable for the person only.
std::string saved_session(const std::string& url);
bool save_session(const std::string& url, const std::string& token);
// What the host knows this device by, kept the same way; it lets nobody in.
std::string saved_device(const std::string& url);
bool save_device(const std::string& url, const std::string& token);
bool forget_session(const std::string& url);  // false: there was none
// The key by which that host is known, beside its session; empty: none is remembered.
std::string known_key(const std::string& url);
bool remember_key(const std::string& url, const std::string& fingerprint);

}  // namespace swapmeet::cli
