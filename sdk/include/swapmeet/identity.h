// Who is asking, as the auth plugin knows them, and who may see a listing.
#pragma once

#include <string>
#include <vector>

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

  bool admits(const Identity& who) const;
  bool operator==(const Audience&) const = default;
};

}  // namespace swapmeet
