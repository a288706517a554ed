// libsodium, made ready by whoever uses it first. Threads: any.
#pragma once

#include <sodium.h>

#include <stdexcept>

namespace swapmeet {

inline void start_sodium() {
  if (sodium_init() < 0) throw std::runtime_error("libsodium does not start");
}

}  // namespace swapmeet
