// INI files, read strictly: every line is a comment (; or #), a [section] or key = value, and what
// is none of these is an error with its line number. Poco's reader takes the same files but lets
// such mistakes pass. Value types; no shared state.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "swapmeet/result.h"
#include "swapmeet/settings.h"

namespace swapmeet {

struct IniSection {
  std::string name;
  RawSettings entries;  // in the order of the file, no key twice
};

struct Ini {
  std::filesystem::path file;  // absolute
  std::vector<IniSection> sections;

  const IniSection* find(std::string_view name) const;
};

// `not_found` when there is no such file; `invalid_argument` names file, line, cause and remedy, a
// line of the message for each mistake.
Result<Ini> read_ini(const std::filesystem::path& file);
// The same for text that is already at hand; `file` is for errors.
Result<Ini> parse_ini(std::string_view text, const std::filesystem::path& file);
// Applies "section.key=value" ("extension.NAME.key=value" for extensions), as --set gives it.
Result<void> override_key(Ini& ini, std::string_view assignment);

}  // namespace swapmeet
