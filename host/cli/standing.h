// How a host of one's own stands, in a few lines: where it is, what it shares, whether others can
// reach it, and what to type next.
// Threads: one.
#pragma once

#include <filesystem>
#include <string>

#include "host/cli/session.h"
#include "swapmeet/result.h"

namespace swapmeet::cli {

// Of a host that runs, by its configuration.
Result<Session> session_of(const std::filesystem::path& config, Clock& clock);
// Waits some seconds until the index has said whether it reaches this peer. A sentence.
std::string reach_of(Session& session, const wire::StatusReport& report);
std::string shares_of(Session& session);

}  // namespace swapmeet::cli
