// Which documents stand in a fresh segment. A round is as long as one fresh segment takes new
// documents, and a document remembers the round in which it was last added to one. A round is over
// when all its documents stand in a ranked segment.
// Threads: a plain value.
#pragma once

#include "search/memory/numbers.h"

namespace swapmeet::search_memory {

struct Rounds {
  Number current = 1;
  Number unranked_since = 1;

  void begin() { ++current; }
  void end_those_before() { unranked_since = current; }
  bool is_current(Number round) const { return round == current; }
  bool is_over(Number round) const { return round < unranked_since; }
};

}  // namespace swapmeet::search_memory
