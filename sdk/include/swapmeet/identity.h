// Who is asking, as the auth plugin knows them, and who may see a listing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "swapmeet/result.h"

namespace swapmeet {

// Roles are few and fixed: "admin" may administer accounts and read everything.
struct Identity {
  std::string account;  // empty: a guest
  std::vector<std::string> groups;
  std::vector<std::string> roles;
  bool read_only = false;  // may search, browse and fetch, and change nothing here

  bool is_guest() const { return account.empty(); }
  bool has_role(const std::string& role) const;
  bool operator==(const Identity&) const = default;
};

// Who a listing is for: everyone, or the named groups and accounts.
struct Audience {
  bool everyone = true;
  std::vector<std::string> groups;
  std::vector<std::string> accounts;
  // Whom it does not admit may know what the share is called, and nothing else of it.
  bool visible = false;

  bool admits(const Identity& who) const;
  // What of it is `who`'s business: everyone, or those of its groups that `who` is in and `who`'s
  // own account. So it admits nobody whom the whole does not.
  Audience as_known_to(const Identity& who) const;
  // Admits also whom the other does.
  void widen(const Audience& other);
  bool operator==(const Audience&) const = default;
};

// As people write it: "everyone", or groups, and accounts with an '@', separated by commas:
// "friends, @bob". `invalid_argument`: nobody is named, or a name is wrong.
Result<Audience> parse_audience(std::string_view text);
std::string text_of(const Audience& audience);

}  // namespace swapmeet
