// A program that runs as a child of this host, with pipes to its standard input, output and error.
// It has a process group of its own, so that what it started ends with it, and none of this
// process's files and blocked signals.
// Threads: one at a time.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "swapmeet/result.h"

namespace swapmeet::process {

// A file descriptor that closes itself.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() { close(); }
  Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;

  int number() const { return number_; }
  void close();

 private:
  int release();
  int number_ = -1;
};

// What a program finds around it.
struct Surroundings {
  // NAME=VALUE, all of it; of a name that stands there twice the last counts. nullopt: what this
  // process has.
  std::optional<std::vector<std::string>> environment = std::nullopt;
  std::filesystem::path folder = {};  // where it runs; empty: the program's own
};

class Child {
 public:
  // Starts `file` with these arguments. `not_found`, `not_allowed` and others
  // name the file and the cause.
  static Result<Child> start(const std::filesystem::path& file,
                             const std::vector<std::string>& arguments,
                             const Surroundings& around = {});
  ~Child();  // kills it when it still runs
  Child(Child&&) = default;
  Child& operator=(Child&&) = delete;

  // None of them blocks.
  int input() const { return input_.number(); }
  int output() const { return output_.number(); }
  int error() const { return error_.number(); }
  // A program that behaves ends when its input does.
  void close_input() { input_.close(); }
  // Sends a signal to it and to all that it started.
  void signal(int number) const;
  // True when it has ended; `how` then says it: "exit code 1", "Segmentation fault". `wait`: until
  // it has.
  bool has_ended(std::string& how, bool wait = false);

 private:
  Child() = default;
  struct Process {
    pid_t pid = -1;
    Process() = default;
    Process(Process&& other) noexcept : pid(other.pid) { other.pid = -1; }
  };
  Process process_;
  Descriptor input_;
  Descriptor output_;
  Descriptor error_;
};

}  // namespace swapmeet::process
