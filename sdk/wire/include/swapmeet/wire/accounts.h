// The JSON of what goes with accounts: sessions, keys for programs, invitations, and the audit log.
// Threads: free functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "swapmeet/accounts.h"
#include "swapmeet/page.h"
#include "swapmeet/wire/json.h"

namespace swapmeet::wire {

// GET /api/v1/sessions
struct SessionInfo {
  std::string id;  // names it; lets nobody in
  std::string account;
  Time started{};
  Time expires{};
  std::string address;   // where it was opened
  std::string agent;     // with what: User-Agent
  bool current = false;  // the one that asks

  bool operator==(const SessionInfo&) const = default;
};

// POST /api/v1/keys
struct KeyRequest {
  std::string name;
  std::vector<std::string> scopes;  // read, share, metrics, admin
  std::uint64_t days = 0;           // 0: a year
};

// GET /api/v1/keys
struct ApiKey {
  std::string id;
  std::string name;
  std::string account;
  std::vector<std::string> scopes;
  Time made{};
  Time expires{};
  std::string token = {};  // told once, when it is made

  bool operator==(const ApiKey&) const = default;
};

// POST /api/v1/invitations
struct InvitationRequest {
  std::string note;
  std::vector<std::string> groups;
  std::vector<std::string> roles;
  std::uint64_t days = 0;  // 0: a week
};

// GET /api/v1/audit: who did what to whom, the newest first.
struct AuditEntry {
  std::uint64_t number = 0;
  Time at{};
  std::string who;      // an account, "owner", or empty: a guest
  std::string address;  // from where
  std::string what;     // "account.made", …
  std::string whom;     // an account, a peer, a session, …
  std::string detail;   // what of it, without secrets

  bool operator==(const AuditEntry&) const = default;
};

std::string to_json(const KeyRequest& request);
std::string to_json(const ApiKey& key);
std::string to_json(const InvitationRequest& request);
std::string to_json(const IssuedInvitation& issued);  // of an Invitation, and its code
std::string sessions_to_json(const std::vector<SessionInfo>& sessions);       // {"sessions":…}
std::string keys_to_json(const std::vector<ApiKey>& keys);                    // {"keys":…}
std::string invitations_to_json(const std::vector<Invitation>& invitations);  // {"invitations":…}
std::string to_json(const Page<AuditEntry>& page);                            // {"entries":…}

template <>
Result<KeyRequest> from_json(std::string_view text);
template <>
Result<ApiKey> from_json(std::string_view text);
template <>
Result<InvitationRequest> from_json(std::string_view text);
template <>
Result<IssuedInvitation> from_json(std::string_view text);
template <>
Result<std::vector<SessionInfo>> from_json(std::string_view text);
template <>
Result<std::vector<ApiKey>> from_json(std::string_view text);
template <>
Result<std::vector<Invitation>> from_json(std::string_view text);
template <>
Result<Page<AuditEntry>> from_json(std::string_view text);

}  // namespace swapmeet::wire
