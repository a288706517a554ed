// `swapmeet run`, `check` and `plugins`: the commands that are, or look into, a host of their own.
// The other commands (host/cli) speak to a running one.
#pragma once

#include <Poco/Util/ServerApplication.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "host/app/daemon.h"
#include "host/app/data_folder.h"
#include "host/app/pid_file.h"
#include "host/app/service_manager.h"
#include "host/app/stop_deadline.h"
#include "host/config/config.h"
#include "swapmeet/result.h"
#include "swapmeet/system_clock.h"

namespace swapmeet {

class RunningHost;

struct RunOptions {
  std::filesystem::path config;
  Overrides overrides;  // of the environment, then of --set
  bool daemon = false;
  std::filesystem::path pidfile;
  bool json = false;         // of `plugins`
  bool data = false;         // of `check`
  bool accept_loss = false;  // of `check --data`
};

class Application : public Poco::Util::ServerApplication {
 public:
  explicit Application(RunOptions options) : options_(std::move(options)) {}
  // Runs until SIGTERM or SIGINT. The signals must be blocked before (block_signals). As a daemon
  // it returns at the terminal once the host is ready, or has said there why it cannot start.
  int run_host(const std::string& program);

 protected:
  int main(const std::vector<std::string>& arguments) override;

 private:
  Result<void> prepare();
  Result<void> choose_daemon_log();
  Result<bool> start(RunningHost& host);
  void tell_ready(const RunningHost& host);
  int serve(RunningHost& host);
  int take_new_settings(RunningHost& host);
  void limit_stop();
  [[noreturn]] void end_process();

  RunOptions options_;
  SystemClock clock_;
  ServiceManager service_manager_ = ServiceManager::of_environment(clock_);
  Daemon daemon_;
  std::optional<Config> config_;
  std::optional<DataFolder> data_;  // locked before the fork, so that the lock goes to the daemon
  PidFile pidfile_;
  std::optional<StopDeadline> stop_deadline_;  // once it is to stop
};

// Blocks what run_host waits for in this thread and all it starts, so that no signal kills the host
// half-way.
void block_signals();

int check_command(const RunOptions& options);
int plugins_command(const RunOptions& options);

}  // namespace swapmeet
