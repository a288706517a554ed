// Whose code stands at an address: how a crash on a thread of a plugin's own is told whose it was.
// Threads: note_code() is one thread's at a time; plugin_at() is anyone's, signal handlers
// included.
#pragma once

#include <string>

namespace swapmeet {

// Of the library that `symbol` is in, which stays loaded for ever.
void note_code(const std::string& plugin, const void* symbol);
// nullptr: no plugin's.
const char* plugin_at(const void* address);

}  // namespace swapmeet
