// An INI file as the text that a person keeps: a key is set or taken out, and every comment, blank
// line and the order stay as they are. `swapmeet init`, `set` and the API change configurations by
// this and by nothing else.
// Threads: free functions without shared state.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "host/config/ini.h"
#include "swapmeet/result.h"

namespace swapmeet {

struct IniKey {
  std::string section;
  std::string key;

  std::string text() const { return section + '.' + key; }
  bool operator==(const IniKey&) const = default;
};

// "section.key", "extension.NAME.key", and "search.mine.key" where there is a [search.mine].
// `invalid_argument`: none of these.
Result<IniKey> parse_ini_key(const Ini& ini, std::string_view dotted);

// Where the key stands, commented out or not; else after its like in the section; else in a section
// at the end.
std::string with_key(std::string_view text, const IniKey& key, const std::string& value);
// The line that sets the key is a comment that shows `shown`, or gone.
std::string without_key(std::string_view text, const IniKey& key,
                        const std::optional<std::string>& shown);

// What with_key is to be read as again: `invalid_argument` when an INI file cannot say that value.
Result<void> check_value(const IniKey& key, const std::string& value);

// The text of a file; the errors of read_ini.
Result<std::string> read_text(const std::filesystem::path& file);
// The file holds the text, or after an error or a crash what it held; mode and owner stay.
// `not_allowed`: this user may not write it.
Result<void> rewrite(const std::filesystem::path& file, const std::string& text);

}  // namespace swapmeet
