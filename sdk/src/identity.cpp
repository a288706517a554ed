#include "swapmeet/identity.h"

#include <algorithm>

namespace swapmeet {
namespace {
bool contains(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}
}  // namespace

bool Identity::has_role(const std::string& role) const { return contains(roles, role); }

bool Audience::admits(const Identity& who) const {
  if (everyone || who.has_role("admin")) return true;
  if (who.is_guest()) return false;
  return contains(accounts, who.account) ||
         std::any_of(who.groups.begin(), who.groups.end(),
                     [&](const std::string& group) { return contains(groups, group); });
}

}  // namespace swapmeet
