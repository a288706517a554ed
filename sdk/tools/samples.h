// What the checks call a plugin with: a few peers and their listings, words that a person might
// type and such that nobody would, and many threads at once. The same for the same seed. Threads:
// free functions; in_threads() begins and ends its own.
#pragma once

#include <functional>
#include <random>
#include <string>
#include <vector>

#include "swapmeet/feed.h"

namespace swapmeet::tools {

using Random = std::minstd_rand;

PeerId peer_number(unsigned number);
ContentId content_number(unsigned number);
Listing random_listing(Random& random);
// Changes of a few peers after `base`: present, absent, put, remove, clear.
ChangeBatch random_batch(Random& random, const std::string& feed, Revision base, unsigned changes);
std::string random_query(Random& random);
// Texts that are no query, no id, no name: broken, endless, binary; and random bytes.
std::vector<std::string> nonsense(Random& random);

// Runs `work(number)` on so many threads at once, and throws what the first of them threw.
void in_threads(unsigned threads, const std::function<void(unsigned number)>& work);

}  // namespace swapmeet::tools
