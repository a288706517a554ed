// `swapmeet run`, `check` and `plugins`: the commands that are, or look into, a host of their own.
// The other commands (host/cli) speak to a running one.
#pragma once

#include <Poco/Util/ServerApplication.h>

#include <filesystem>
#include <string>
#include <vector>

#include "swapmeet/result.h"

namespace swapmeet {

struct RunOptions {
  std::filesystem::path config;
  std::vector<std::string> overrides;  // section.key=value
  bool daemon = false;
  std::filesystem::path pidfile;
  bool json = false;  // of `plugins`
};

// The words after the command. `invalid_argument` says what is wrong with them.
Result<RunOptions> parse_run_options(const std::vector<std::string>& words);

class Application : public Poco::Util::ServerApplication {
 public:
  explicit Application(RunOptions options) : options_(std::move(options)) {}
  // Runs until SIGTERM or SIGINT. The signals must be blocked before (block_signals).
  int run_host(const std::string& program);

 protected:
  int main(const std::vector<std::string>& arguments) override;

 private:
  RunOptions options_;
};

// Blocks what run_host waits for in this thread and all it starts: a signal that comes while the
// host starts is answered when it is up, and does not kill it half-way.
void block_signals();

int check_command(const RunOptions& options);
int plugins_command(const RunOptions& options);

}  // namespace swapmeet
