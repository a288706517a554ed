// Log lines: time, level, source (the host's part or a plugin's id), message, key=value. To
// standard error, or to a file that Poco's FileChannel rotates. Thread-safe.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "swapmeet/host.h"
#include "swapmeet/result.h"
#include "swapmeet/settings.h"

namespace swapmeet {

// Called once at start, and again on SIGHUP: takes log_level, log_file, log_size, log_keep of
// [host]. `unavailable`: the file cannot be written; the log stays as it was.
Result<void> set_up_log(const Settings& host);

// Whether lines of that level are written: for those who would otherwise make the fields in vain.
bool is_logged(LogLevel level);
void write_log(const std::string& source, LogLevel level, std::string_view message,
               std::initializer_list<LogField> fields = {});

}  // namespace swapmeet
