// `search -i`: the list of SearchList on a terminal, its searches asked on a thread of their own,
// and `get` for what was picked.
// Threads: one, and the one that asks.
#pragma once

#include "host/cli/lookup.h"
#include "host/cli/session.h"

namespace swapmeet::cli {

// The exit code: of the fetching, or 0 when nothing was picked.
int pick_and_get(Session& session, const ShownSearch& search);

}  // namespace swapmeet::cli
