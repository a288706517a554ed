// Follows the events of a host until Ctrl-C, or until the stream breaks.
// Threads: one of its own, which calls `heard`; the caller waits.
#pragma once

#include <functional>
#include <string>

#include "host/cli/session.h"

namespace swapmeet::cli {

using Heard = std::function<void(const std::string& topic, const std::string& data)>;

// `target`: "/api/v1/events?watch=…". ok: it was Ctrl-C, for which catch_interrupts() has been
// called before.
Result<void> follow(Session& session, const std::string& target, const Heard& heard);

}  // namespace swapmeet::cli
