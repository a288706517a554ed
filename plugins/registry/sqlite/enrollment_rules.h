// What a registration must be like before the registry looks at whose it is.
// Threads: a free function without shared state.
#pragma once

#include "swapmeet/registry.h"
#include "swapmeet/result.h"

namespace swapmeet::registry_sqlite {

// A peer id that is not all zeros; a name of 1 to 64 characters of UTF-8 without control
// characters; a port; an address that is a host, or none; a token of 32 to 128 printable
// characters, or none.
Result<void> check_enrollment(const Enrollment& enrollment);

}  // namespace swapmeet::registry_sqlite
