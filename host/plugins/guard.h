// The guard between host and plugins: a call that throws becomes an Error.
#pragma once

#include <exception>
#include <string>
#include <utility>

#include "swapmeet/result.h"

namespace swapmeet {

// Runs a call that returns a Result; `threw` hears what it threw, if it did.
template <class Call, class Threw>
auto guarded(Call&& call, Threw&& threw) -> decltype(call()) {
  std::string what;
  try {
    return call();
  } catch (const std::exception& exception) {
    what = std::string("it threw an exception: ") + exception.what();
  } catch (...) {
    what = "it threw something that is no exception";
  }
  threw(what);
  return Error{ErrorCode::internal, std::move(what), {}};
}

template <class Call>
auto guarded(Call&& call) -> decltype(call()) {
  return guarded(std::forward<Call>(call), [](const std::string&) {});
}

}  // namespace swapmeet
