// Runs the programs of hooks: a few at once, others in turn, each with the facts in its environment
// and for a limited time. How one fails stands in the log, with the last line that it wrote.
// Threads: thread-safe; one of its own, from the first program on. run() waits for nothing.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <list>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "swapmeet/host.h"
#include "swapmeet/process/child.h"
#include "swapmeet/time.h"
#include "transfer/swarm/hooks/hook_command.h"

namespace swapmeet::transfer_swarm {

class HookRunner {
 public:
  struct Limits {
    std::size_t at_once = 2;
    std::size_t waiting = 100;  // more are left out, and the log says so
    std::chrono::milliseconds deadline{60'000};
  };
  // The clock outlives it.
  HookRunner(Clock& clock, Log log, const Limits& limits);
  ~HookRunner();  // ends those that run

  // `name`: the hook's, for the log. `facts`: NAME=VALUE, beside what this process has in its
  // environment, of which no SWAPMEET_ variable is passed on: they may hold secrets.
  void run(const std::string& name, const HookCommand& command, std::vector<std::string> facts);

 private:
  struct Job {
    std::string name;
    HookCommand command;
    std::vector<std::string> facts;
  };
  struct Running {
    Job job;
    process::Child child;
    Instant until;
    std::string said = {};  // the end of it
    bool late = false;
  };
  using Lock = std::unique_lock<std::mutex>;

  void work();
  void start(Job job);
  bool has_ended(Running& running) const;
  void wait_for_news() const;
  void log_failure(const std::string& name, const std::string& why, const std::string& said) const;

  Clock& clock_;
  const Log log_;
  const Limits limits_;
  std::list<Running> running_;  // for its thread only
  std::mutex mutex_;            // guards all below
  std::condition_variable changed_;
  std::deque<Job> waiting_;
  std::size_t left_out_ = 0;
  bool over_ = false;
  std::thread thread_;
};

}  // namespace swapmeet::transfer_swarm
