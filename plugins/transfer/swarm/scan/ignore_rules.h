// What below a share's folder is never shared: hidden names, unfinished downloads, and what the
// operator's patterns say.
// Threads: never changes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "swapmeet/result.h"

namespace swapmeet::transfer_swarm {

class IgnoreRules {
 public:
  IgnoreRules() = default;
  // Patterns are globs (`*` any characters, also '/'; `?` one byte; `[a-z]`), whatever the case of
  // ASCII letters. One without '/' is held against the name of every file and folder; one that ends
  // in '/' against folders only; one with '/' elsewhere against the whole path below the share. A
  // folder that is ignored is ignored with all that is in it.
  // `invalid_argument`: a pattern that begins with '!', or has nothing but '/'.
  static Result<IgnoreRules> parse(const std::vector<std::string>& patterns);

  // `path` is below the share's folder, raw bytes.
  bool skips(std::string_view path, bool is_folder) const;

 private:
  struct Pattern {
    std::string glob;
    bool folders_only = false;
    bool whole_path = false;
  };
  std::vector<Pattern> patterns_;
};

}  // namespace swapmeet::transfer_swarm
