// What names, groups, roles and passwords may look like. Each check is `invalid_argument` with a
// sentence. Threads: free functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "swapmeet/accounts.h"

namespace swapmeet::auth_accounts {

constexpr std::size_t kLongestPassword = 1024;  // bytes

// 1 to 64 of a-z 0-9 . _ -, beginning with a letter or digit; not "owner", which is whoever has the
// host's api.token.
Result<void> check_account_name(std::string_view name);
// Not one that others would take for somebody in charge ("admin", "support").
Result<void> check_not_reserved(std::string_view name);
// At least 8 characters of UTF-8.
Result<void> check_password(std::string_view password);
// Groups are written as names are, at most 64 of them; the one role is "admin".
Result<void> check_change(const AccountChange& change);

}  // namespace swapmeet::auth_accounts
