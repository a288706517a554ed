// Real hosts for end-to-end tests: the program with its plugins, as child processes on ports of
// 127.0.0.1 that the system chooses, in a temporary folder.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "swapmeet/wire/client.h"

namespace e2e {

namespace fs = std::filesystem;

// Polls until `condition` holds; false after the deadline.
bool eventually(const std::function<bool()>& condition,
                std::chrono::seconds deadline = std::chrono::seconds(30));

struct Outcome {
  int code = 0;
  std::string output;  // standard output and error
};
// Runs a command with `input` as its standard input and waits for it; the first word is a path, or
// a name that the PATH leads to.
Outcome run_command(const std::vector<std::string>& words, const std::string& input = "");
// Runs the program with these words.
Outcome run_program(const std::vector<std::string>& words, const std::string& input = "");

fs::path program();

class Folder {
 public:
  Folder();
  ~Folder();
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

class Node {
 public:
  Node(fs::path folder, std::string name, std::string ini);
  ~Node();
  // From the next start on its data and downloads are nobody's, and so is its process: the
  // superuser may do anything. Without being the superuser nothing changes. False: that cannot be
  // done here.
  bool run_as_nobody();
  // From the next start on the host is run by this command, whose last words become the host's.
  void run_under(std::vector<std::string> command) { prefix_ = std::move(command); }
  void start();            // and waits until it answers
  void launch();           // without waiting for an answer
  int signal(int number);  // and waits until it has ended; its exit code, or 128 + signal
  bool running() const { return pid_ > 0; }
  pid_t pid() const { return pid_; }
  std::string url() const;
  fs::path ini() const { return folder_ / (name_ + ".ini"); }
  fs::path data() const { return folder_ / "data" / name_; }
  const std::string& name() const { return name_; }
  swapmeet::Result<std::string> get(const std::string& target);
  swapmeet::Result<std::string> call(const std::string& method, const std::string& target,
                                     const std::string& body = "");
  std::string log() const;

 private:
  fs::path folder_;
  std::string name_;
  pid_t pid_ = -1;
  std::vector<std::string> prefix_;  // of its command
};

std::string index_ini(const fs::path& folder, const std::string& listen, const std::string& lease,
                      const std::string& search = "memory");
// The same index without limits, for those who measure it from one address.
std::string unlimited(std::string index_ini);
// The same index, which believes what peers say of their addresses and asks them nothing.
std::string undialled(std::string index_ini);
std::string peer_ini(const fs::path& folder, const std::string& name, const std::string& index,
                     const fs::path& share);

void write_file(const fs::path& path, const std::string& bytes);
std::string read_file(const fs::path& path);
// The same bytes for the same seed.
std::string random_bytes(std::size_t size, unsigned seed);
// A port that was free a moment ago.
int free_port();

}  // namespace e2e
