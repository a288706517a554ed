// The parts of `swapmeet account` that have files of their own. Each takes the words after
// "account". Threads: one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host/cli/session.h"

namespace swapmeet::cli {

std::string joined(const std::vector<std::string>& items);     // "a, b"
std::vector<std::string> split_list(const std::string& list);  // of "a, b"
Result<std::string> new_password(const std::string& name);     // asked for, twice
Result<std::uint64_t> days_of(const Session& session);         // --days; 0: not given

int account_invite(Session& session);
int account_invitations(Session& session);
int account_withdraw(Session& session);
int account_join(Session& session);
int account_sessions(Session& session);
int account_end(Session& session);
int account_key(Session& session);
int account_audit(Session& session);

}  // namespace swapmeet::cli
