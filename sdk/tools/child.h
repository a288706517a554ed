// A function run in a child process: its crash or its hanging is an answer, not the end of the
// caller. Threads: in_child is called while there is only one; doing() by any.
#pragma once

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>

#include "swapmeet/time.h"

namespace swapmeet::tools {

enum class Verdict { ok, failed, skipped };

struct Outcome {
  Verdict verdict = Verdict::failed;
  std::string sentence;
  std::string advice = {};  // what to do about it; may be empty
};

// Thrown by a check: what is wrong, and what to do about it.
struct Failure : std::runtime_error {
  Failure(const std::string& sentence, std::string what_to_do)
      : std::runtime_error(sentence), advice(std::move(what_to_do)) {}
  std::string advice;
};

// What is called now, a literal such as "start()": a crash or a hang is told with it.
void doing(const char* call);

// What `run` returned; a failure that names the signal when it died, or that it took too long.
Outcome in_child(const std::function<Outcome()>& run, const Clock& clock,
                 std::chrono::milliseconds patience);
// The same in this process, for a debugger: a crash and a hang are what they are.
Outcome in_this_process(const std::function<Outcome()>& run);

}  // namespace swapmeet::tools
