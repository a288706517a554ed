// One page of a list: at most `limit` items, and where the next page begins.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace swapmeet {

// Which page is wanted. `after` is opaque: empty, or the `next` of the page before.
struct PageRequest {
  std::size_t limit = 50;
  std::string after;
};

template <class T>
struct Page {
  std::vector<T> items;
  std::string next;  // empty: this was the last page
};

}  // namespace swapmeet
