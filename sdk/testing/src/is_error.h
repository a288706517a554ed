#pragma once

#include "swapmeet/result.h"

namespace swapmeet::testing {

// Is it this error, with a sentence?
template <class T>
bool is_error(const Result<T>& result, ErrorCode code) {
  return !result.ok() && result.error().code == code && !result.error().message.empty();
}

}  // namespace swapmeet::testing
