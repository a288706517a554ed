// The checks that call what a plugin provides: in their right order, from many threads at once, and
// with nonsense. They are not the contract suite, which knows what is right; they find what throws,
// crashes, hangs, or answers with something that cannot be.
// Threads: one; the checks begin and end threads of their own.
#pragma once

#include "bench.h"

namespace swapmeet::tools {

// Each of them starts the plugin and stops it again.
Outcome check_follows(const Subject& subject);    // a search takes changes
Outcome check_searches(const Subject& subject);   // and answers from 16 threads while it does
Outcome check_nonsense(const Subject& subject);   // also what nobody would ask
Outcome check_deadline(const Subject& subject);   // and nobody waits for any more
Outcome check_registers(const Subject& subject);  // a registry
Outcome check_log_ins(const Subject& subject);    // an authenticator
Outcome check_transfers(const Subject& subject);  // shares, downloads, uploads, inbox
Outcome check_routes(const Subject& subject);     // what any plugin registers with its host

}  // namespace swapmeet::tools
