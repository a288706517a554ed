#include "host/auth/scopes.h"

#include <algorithm>

namespace swapmeet {
namespace {

Error beyond(const std::string& scope) {
  return {ErrorCode::not_allowed,
          "this key may not do that: it needs the scope '" + scope +
              "'; `swapmeet account key make` makes one",
          {}};
}

// Who one is, and who others are.
bool is_about_accounts(std::string_view path) {
  return std::ranges::any_of(
      std::initializer_list<std::string_view>{"/api/v1/accounts", "/api/v1/sessions",
                                              "/api/v1/keys", "/api/v1/invitations",
                                              "/api/v1/audit"},
      [&](std::string_view beginning) { return path.starts_with(beginning); });
}

}  // namespace

Result<Scopes> scopes_of(const std::vector<std::string>& names) {
  Scopes scopes;
  for (const auto& name : names) {
    if (name == "read")
      scopes.read = true;
    else if (name == "share")
      scopes.share = true;
    else if (name == "metrics")
      scopes.metrics = true;
    else if (name == "admin")
      scopes.admin = true;
    else
      return invalid_argument("there is no scope '" + name +
                              "'; those that there are: read, share, metrics, admin");
  }
  if (scopes == Scopes())
    return invalid_argument("a key needs at least one scope: read, share, metrics or admin");
  return scopes;
}

std::vector<std::string> names_of(const Scopes& scopes) {
  std::vector<std::string> names;
  if (scopes.read) names.emplace_back("read");
  if (scopes.share) names.emplace_back("share");
  if (scopes.metrics) names.emplace_back("metrics");
  if (scopes.admin) names.emplace_back("admin");
  return names;
}

Identity restricted(Identity identity, const Scopes& scopes) {
  if (scopes.admin) return identity;
  identity.roles.clear();
  identity.read_only = identity.read_only || !scopes.share;
  return identity;
}

Result<void> check_scopes(const Scopes& scopes, std::string_view method, std::string_view path) {
  if (scopes.admin || path == "/healthz") return {};
  if (path == "/metrics") return scopes.metrics ? Result<void>() : beyond("metrics");
  if (is_about_accounts(path)) return beyond("admin");
  const bool is_reading = method == "GET" || method == "HEAD";
  if (is_reading && (scopes.read || scopes.share)) return {};
  if (is_reading) return beyond("read");
  return scopes.share ? Result<void>() : beyond("share");
}

}  // namespace swapmeet
