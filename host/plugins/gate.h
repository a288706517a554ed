// The way into one plugin: every call that the host makes into it goes through here. What it throws
// becomes an Error and is counted against it; while it runs, this thread is known to be inside.
// Threads: any, many at a time.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "host/plugins/guard.h"

namespace swapmeet {

class Gate {
 public:
  using Threw = std::function<void(std::string_view doing, std::string_view what)>;
  Gate(std::string id, Threw threw) : id_(std::move(id)), threw_(std::move(threw)) {}

  const std::string& id() const { return id_; }

  // Runs a call that returns a Result. `doing` says what it is for, in log and status: "GET
  // /api/v1/search, request 17".
  template <class Call>
  auto call(std::string_view doing, Call&& call) -> decltype(call()) {
    return guarded(std::forward<Call>(call), [&](const std::string& what) { threw_(doing, what); });
  }

 private:
  const std::string id_;
  const Threw threw_;
};

}  // namespace swapmeet
