// How long to wait before the next try. Threads: free functions.
#pragma once

#include <algorithm>
#include <chrono>

namespace swapmeet::transfer_swarm {

// `first`, doubled with each failure, up to `longest`.
inline std::chrono::milliseconds doubled_wait(std::chrono::milliseconds first,
                                              std::chrono::milliseconds longest,
                                              unsigned failures) {
  return std::min(first * (1U << std::min(failures, 10U)), longest);
}

}  // namespace swapmeet::transfer_swarm
