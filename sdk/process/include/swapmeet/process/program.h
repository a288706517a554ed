// A program that answers requests, one JSON object a line on its standard input and output, as
// docs/reference/process-plugins.md has it. It is started again after growing pauses when it ends,
// breaks the rules or stops answering; meanwhile calls fail at once. What it writes to standard
// error is logged.
// Threads: thread-safe; one of its own, which does all reading and writing.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "swapmeet/backoff.h"
#include "swapmeet/deadline.h"
#include "swapmeet/host.h"
#include "swapmeet/process/child.h"
#include "swapmeet/result.h"
#include "swapmeet/time.h"
#include "swapmeet/wire/json_value.h"

namespace swapmeet::process {

struct ProgramOptions {
  std::filesystem::path file;
  std::vector<std::string> arguments = {};
  // What the host says first, one JSON object: {"swapmeet":1,"kind":"search",…}.
  std::string greeting;
  // How long it may take to greet back, and how long it may be silent while calls wait.
  std::chrono::milliseconds patience{10'000};
  // Calls that wait for their answer at once; more are `too_many`.
  std::size_t most_calls = 64;
  std::size_t longest_line = 16 << 20;    // bytes, of an answer
  std::size_t most_unwritten = 16 << 20;  // bytes, of requests
  BackoffLimits pauses{std::chrono::milliseconds(500), std::chrono::milliseconds(60'000)};
  std::uint64_t seed = 0;  // of what is random in the pauses
};

class Program {
 public:
  // The clock outlives it.
  Program(ProgramOptions options, Clock& clock, Log log);
  ~Program() { stop(); }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  // Starts it and waits for its greeting, so that what is wrong with it shows at once.
  Result<void> start();
  // Closes its input, and ends it when it has not ended by itself soon after. Idempotent; calls
  // that wait are `unavailable`.
  void stop();

  // Puts a request (a JSON object without "id") to it. Its answer, or the error that it answered.
  // `unavailable`: it does not run at the moment, or ended meanwhile; `timed_out`: the deadline, or
  // else the patience; `too_many`.
  Result<wire::JsonValue> call(const std::string& request, const Deadline& deadline = {});
  // What it greeted with last.
  wire::JsonValue greeting() const;
  // How often it has been started.
  std::uint64_t starts() const;

 private:
  struct Waiting {  // a call
    std::optional<Result<wire::JsonValue>> answer;
    bool given_up = false;
    Instant since;
  };
  enum class State : std::uint8_t { down, greeting, up };

  void run();
  void step(std::unique_lock<std::mutex>& lock);
  void launch();
  void read_output();
  void read_error();
  void take_line(std::string_view line);
  void take_greeting(const wire::JsonValue& line);
  void take_answer(const wire::JsonValue& line);
  void write_input();
  void check_patience();
  void take_closing();
  void wait_for_end();
  void give_up_child(const std::string& why);
  void end_child(std::unique_lock<std::mutex>& lock);
  void wake() const;
  Error down_error() const;
  void log_error_output(bool all);

  const ProgramOptions options_;
  Clock& clock_;
  const Log log_;
  Descriptor wake_;
  mutable std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  State state_ = State::down;
  bool stopping_ = false;
  std::optional<Child> child_;
  std::string unwritten_;
  std::string unread_;
  std::string error_output_;
  std::map<std::uint64_t, std::shared_ptr<Waiting>> waiting_;
  std::uint64_t next_id_ = 1;
  std::uint64_t starts_ = 0;
  wire::JsonValue greeted_;
  std::string why_down_ = "it has not been started yet";
  Instant heard_{};                 // when it said something last
  Instant restart_{};               // not before
  std::optional<Instant> closing_;  // since when its output is closed
  bool garbled_ = false;            // wrote what is no answer, and that was logged
  Backoff backoff_;
  std::thread thread_;
};

}  // namespace swapmeet::process
