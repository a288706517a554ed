// The last line of a host that crashes: which plugin it was in and what for. Then the signal does
// what it always did, so that core dump and exit code stay. A plugin that calls exit() ends the
// host as well, and is named the same way.
// Threads: install once, before any other thread starts.
#pragma once

#include <string>

namespace swapmeet {

// Not where a sanitizer has handlers of its own.
void install_crash_handler();
// The line goes to standard error, and to this file as well; empty: to none.
void set_crash_log(const std::string& file);

}  // namespace swapmeet
