// For tests of what cannot be read: they run as root, too.
// Threads: for the one that makes it, and those that it starts.
#pragma once

#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>

#include "catch.h"

namespace swapmeet::transfer_swarm {

// Root may read everything; this thread and those that it starts may not, for a while.
class Unprivileged {
 public:
  Unprivileged() {
    REQUIRE(syscall(SYS_capget, &header_, before_) == 0);
    auto now = std::to_array(before_);
    now[0].effective &= ~(1U << CAP_DAC_OVERRIDE | 1U << CAP_DAC_READ_SEARCH);
    REQUIRE(syscall(SYS_capset, &header_, now.data()) == 0);
  }
  ~Unprivileged() { syscall(SYS_capset, &header_, before_); }

 private:
  __user_cap_header_struct header_{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct before_[2]{};
};

}  // namespace swapmeet::transfer_swarm
