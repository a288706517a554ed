// A function run in a child process: its crash or its hanging is an answer, not the end of the
// caller. Threads: call it while there is only one.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "swapmeet/time.h"

namespace swapmeet::tools {

enum class Verdict { ok, failed, skipped };

struct Outcome {
  Verdict verdict = Verdict::failed;
  std::string sentence;
};

// What `run` returned; a failure that names the signal when it died, or that it took too long.
Outcome in_child(const std::function<Outcome()>& run, const Clock& clock,
                 std::chrono::seconds patience);

}  // namespace swapmeet::tools
