#include "auth/accounts/rules.h"

#include <algorithm>

#include "swapmeet/listing.h"
#include "swapmeet/text.h"

namespace swapmeet::auth_accounts {
namespace {

constexpr std::size_t kMostGroups = 64;

bool is_name(std::string_view name) {
  const auto letter_or_digit = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  };
  return !name.empty() && name.size() <= 64 && letter_or_digit(name.front()) &&
         std::all_of(name.begin(), name.end(), [&](char c) {
           return letter_or_digit(c) || c == '.' || c == '_' || c == '-';
         });
}

constexpr std::string_view kLooksInCharge[] = {
    "admin",    "administrator", "admins",   "anonymous", "api",       "everyone",  "guest",
    "host",     "hostmaster",    "index",    "info",      "moderator", "nobody",    "noreply",
    "operator", "postmaster",    "root",     "security",  "self",      "set-up",    "setup",
    "staff",    "support",       "swapmeet", "sysadmin",  "system",    "webmaster", "abuse"};

}  // namespace

Result<void> check_not_reserved(std::string_view name) {
  if (std::ranges::find(kLooksInCharge, name) == std::end(kLooksInCharge)) return {};
  return invalid_argument("'" + std::string(name) +
                          "' looks like somebody in charge, and only an admin can make an account "
                          "of that name; choose another");
}

Result<void> check_account_name(std::string_view name) {
  if (!is_name(name))
    return invalid_argument(
        "the name of an account must have 1 to 64 of a-z 0-9 . _ - and begin with a letter or "
        "digit");
  if (name == "owner")
    return invalid_argument("'owner' is whoever has this host's api.token; choose another name");
  return {};
}

Result<void> check_password(std::string_view password) {
  if (!is_utf8(password)) return invalid_argument("the password is not UTF-8");
  const auto characters =
      std::count_if(password.begin(), password.end(), [](char c) { return (c & 0xc0) != 0x80; });
  if (characters < 8) return invalid_argument("the password must have at least 8 characters");
  if (password.size() > kLongestPassword)
    return invalid_argument("the password must not be longer than 1024 bytes");
  return {};
}

Result<void> check_change(const AccountChange& change) {
  if (change.password)
    if (auto checked = check_password(*change.password); !checked) return checked;
  if (change.groups) {
    if (change.groups->size() > kMostGroups)
      return invalid_argument("an account may be in 64 groups at most");
    for (const auto& group : *change.groups)
      if (!is_name(group))
        return invalid_argument(
            "the name of a group must have 1 to 64 of a-z 0-9 . _ - and begin with a letter or "
            "digit");
  }
  if (change.ban && *change.ban) {
    const auto& reason = (*change.ban)->reason;
    if (reason.empty() || reason.size() > 500 || !is_utf8(reason) || has_unicode_control(reason))
      return invalid_argument(
          "a ban needs a reason, of at most 500 bytes of UTF-8 without control characters: the "
          "person is told it");
  }
  if (change.roles)
    for (const auto& role : *change.roles)
      if (role != "admin")
        return invalid_argument("there is no such role; the one that there is: admin");
  return {};
}

}  // namespace swapmeet::auth_accounts
