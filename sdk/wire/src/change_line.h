// The quick way to read a line of an announce: straight into a Change, without a document between.
// It takes the lines that Swapmeet writes; whatever else a line may be is left to JsonReader, which
// also says what is wrong with it.
// Threads: one reader for one thread; make one for a whole batch.
#pragma once

#include <string_view>
#include <vector>

#include "swapmeet/feed.h"

namespace swapmeet::wire {

class ChangeLineReader {
 public:
  // False: the line is not of the usual form, and `change` is not to be used.
  bool read(std::string_view line, Change& change);

 private:
  std::vector<char> buffer_;  // parsed in place
};

}  // namespace swapmeet::wire
