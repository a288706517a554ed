// The guard between host and plugins: a call that throws becomes an Error.
#pragma once

#include <exception>
#include <string>

#include "swapmeet/result.h"

namespace swapmeet {

// Runs a call that returns a Result.
template <class Call>
auto guarded(Call&& call) -> decltype(call()) {
  try {
    return call();
  } catch (const std::exception& exception) {
    return Error{
        ErrorCode::internal, std::string("it threw an exception: ") + exception.what(), {}};
  } catch (...) {
    return Error{ErrorCode::internal, "it threw something that is no exception", {}};
  }
}

}  // namespace swapmeet
