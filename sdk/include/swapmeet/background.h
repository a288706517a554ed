// For threads whose work can wait: that they do much must not delay those who wait for an answer.
#pragma once

#include <sys/resource.h>

namespace swapmeet {

// The calling thread gives way to others from now on, for good. On Linux the priority is a
// thread's, not the process's.
inline void run_in_background() {
  constexpr int kNice = 10;
  ::setpriority(PRIO_PROCESS, 0, ::getpriority(PRIO_PROCESS, 0) + kNice);
}

}  // namespace swapmeet
