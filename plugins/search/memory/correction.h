// What a query may have been meant to be, when next to nothing is found for it as it was typed:
// words that are in few names or none give way to nearby ones that are in many.
// Threads: free functions without shared state; segments must not change meanwhile.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "search/memory/segment.h"

namespace swapmeet::search_memory {

// A word of a query that stands for itself: no phrase, filter, prefix, and not left out.
struct PlainWord {
  std::size_t begin = 0;  // in the query, bytes
  std::size_t size = 0;
  std::string folded;
  bool is_one = true;  // false: of a script whose letters are each looked for as a word
};
std::vector<PlainWord> plain_words(std::string_view query);

// May whoever asks see the document? Nothing: all of them.
using Sees = std::function<bool(const Entry& entry)>;

// Other queries to try, the likeliest first, at most a handful. They differ from `query` in plain
// words only. What nobody may see who asks makes no difference.
std::vector<std::string> corrections(std::string_view query,
                                     const std::vector<const Segment*>& segments, const Sees& sees);

}  // namespace swapmeet::search_memory
