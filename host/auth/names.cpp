#include "host/auth/names.h"

#include <algorithm>

#include "swapmeet/listing.h"
#include "swapmeet/text.h"

namespace swapmeet {
namespace {

constexpr std::size_t kLongestName = 255;  // as tickets have them
constexpr std::size_t kMostGroups = 64;
constexpr std::size_t kLongestTyped = 1024;

bool is_worth_a_look(const std::string& typed) {
  return !typed.empty() && typed.size() <= kLongestTyped && is_utf8(typed) &&
         typed.find('\0') == std::string::npos;
}

}  // namespace

bool is_account_name(std::string_view name) {
  return !name.empty() && name.size() <= kLongestName && is_utf8(name) &&
         !has_unicode_control(name);
}

Result<void> check_grant(const Grant& grant) {
  if (!is_account_name(grant.account))
    return internal_error(
        "the name of an account must have 1 to 255 bytes of UTF-8 without control characters");
  if (grant.account == "owner")
    return internal_error("'owner' is whoever has this host's api.token, and no account");
  if (grant.groups.size() > kMostGroups)
    return internal_error("an account may be in 64 groups at most");
  if (!std::all_of(grant.groups.begin(), grant.groups.end(), is_account_name))
    return internal_error(
        "the name of a group must have 1 to 255 bytes of UTF-8 without control characters");
  for (const auto& role : grant.roles)
    if (role != "admin")
      return internal_error("there is no such role; the one that there is: admin");
  return {};
}

bool is_worth_asking(const LogIn& wanted) {
  return is_worth_a_look(wanted.account) && is_worth_a_look(wanted.password);
}

}  // namespace swapmeet
