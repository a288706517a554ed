// A plugin's file as this process keeps it for itself, in memory: whatever is done to the file
// afterwards (a `cp` over it, most of all) does not reach the code that runs, and a newer file at
// the same path can be loaded beside it. Owner and modes are those of the very bytes that were
// copied: the file is opened once.
// Threads: free functions without shared state.
#pragma once

#include <filesystem>
#include <string>

#include "swapmeet/result.h"

namespace swapmeet {

// The bytes of a plugin's file that this host may run: only this user and root can have written
// them (check_plugin_file).
Result<std::string> read_plugin_file(const std::filesystem::path& file);

// Where the dynamic linker finds a copy of these bytes: "/proc/1234/fd/7", an unchangeable file in
// memory that /proc/1234/maps calls "memfd:search_mine.so". Debuggers and sanitizers find its
// symbols there. It stays open until exit: a number that was used again would be mistaken for the
// library that had it before.
Result<std::filesystem::path> keep_private_copy(const std::filesystem::path& file,
                                                const std::string& bytes);

}  // namespace swapmeet
