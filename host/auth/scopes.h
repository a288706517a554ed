// What a key for programs may be used for, and what is left of an account's rights then.
// Threads: free functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "swapmeet/identity.h"
#include "swapmeet/result.h"

namespace swapmeet {

struct Scopes {
  bool read = false;     // everything that only asks, but /metrics
  bool share = false;    // also what changes something, but accounts
  bool metrics = false;  // GET /metrics
  bool admin = false;    // all that its account may

  bool operator==(const Scopes&) const = default;
};

// `invalid_argument`: none, or one that there is not.
Result<Scopes> scopes_of(const std::vector<std::string>& names);
std::vector<std::string> names_of(const Scopes& scopes);

Identity restricted(Identity identity, const Scopes& scopes);

// Whether a request goes beyond them; `not_allowed`, with a sentence that names the scope.
Result<void> check_scopes(const Scopes& scopes, std::string_view method, std::string_view path);

}  // namespace swapmeet
