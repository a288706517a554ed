// Random listings and queries for the search contract: the same for the same seed.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "swapmeet/feed.h"

namespace swapmeet::testing {

// Three batches, from base 0 to revision 30: seven peers (two of them absent at the end), some 500
// listings of 150 contents under several names, a third of them not for everyone, replaced and
// removed again here and there.
std::vector<ChangeBatch> random_batches(unsigned seed);
// A query of the whole language that is right, and often finds something.
std::string random_query(std::minstd_rand& random);

}  // namespace swapmeet::testing
