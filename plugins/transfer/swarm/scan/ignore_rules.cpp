#include "transfer/swarm/scan/ignore_rules.h"

#include <fnmatch.h>

#include "swapmeet/listing.h"

namespace swapmeet::transfer_swarm {

Result<IgnoreRules> IgnoreRules::parse(const std::vector<std::string>& patterns) {
  IgnoreRules rules;
  for (const auto& text : patterns) {
    Pattern pattern{text};
    while (pattern.glob.ends_with('/')) {
      pattern.folders_only = true;
      pattern.glob.pop_back();
    }
    pattern.whole_path = pattern.glob.find('/') != std::string::npos;
    if (pattern.glob.starts_with('/')) pattern.glob.erase(0, 1);
    if (pattern.glob.empty() || pattern.glob.starts_with('!'))
      return Error{ErrorCode::invalid_argument,
                   "ignore: '" + text +
                       "' is not a pattern that can be used; write names such as *.tmp or"
                       " node_modules/ (a leading '!' is not supported)",
                   {}};
    rules.patterns_.push_back(std::move(pattern));
  }
  return rules;
}

bool IgnoreRules::skips(std::string_view path, bool is_folder) const {
  const std::string name(name_of_path(path));
  if (name.empty() || name.front() == '.' || name.ends_with(".swapmeet-part")) return true;
  const std::string whole(path);
  for (const auto& pattern : patterns_) {
    if (pattern.folders_only && !is_folder) continue;
    const auto& subject = pattern.whole_path ? whole : name;
    if (fnmatch(pattern.glob.c_str(), subject.c_str(), FNM_CASEFOLD) == 0) return true;
  }
  return false;
}

}  // namespace swapmeet::transfer_swarm
