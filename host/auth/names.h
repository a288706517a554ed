// What the host takes for the name of an account or a group, whichever plugin it comes from, and
// for a log-in that is worth asking a plugin about. Threads: free functions.
#pragma once

#include <string>
#include <string_view>

#include "swapmeet/authenticator.h"

namespace swapmeet {

// 1 to 255 bytes of UTF-8 without control characters.
bool is_account_name(std::string_view name);
// Whether the host can make a session of it; `internal`, with a sentence that says what a plugin
// must not grant.
Result<void> check_grant(const Grant& grant);
// Neither name nor password is empty, too long, no UTF-8, or has a NUL byte, after which many a
// library reads no further.
bool is_worth_asking(const LogIn& wanted);

}  // namespace swapmeet
