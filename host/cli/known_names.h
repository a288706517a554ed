// Names for completion that only a running host knows: of peers, shares, accounts; ids of downloads
// and offers, and the numbers of the last list. Threads: one.
#pragma once

#include <string>
#include <vector>

#include "host/cli/completion.h"
#include "swapmeet/time.h"

namespace swapmeet::cli {

// What may stand for `wanted`, such as PEER, in `words` after the command, of which the last is
// still being typed. Empty where no host answers at once: nobody waits for completion.
std::vector<Completion::Word> known_names(const Command& command, const std::string& wanted,
                                          const std::vector<std::string>& words, Clock& clock);

}  // namespace swapmeet::cli
