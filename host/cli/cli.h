// The command line of a person: every command here speaks to a running host over its API.
// Exit codes: 0 done, 1 it failed, 2 wrong usage, 3 not found, 4 not allowed, 5 host not reachable.
#pragma once

namespace swapmeet {

int run_command(int argc, char** argv);

}  // namespace swapmeet
