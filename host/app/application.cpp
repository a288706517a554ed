#include "host/app/application.h"

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <iostream>
#include <memory>

#include "host/app/crash.h"
#include "host/app/early_signals.h"
#include "host/app/log.h"
#include "host/app/running_host.h"
#include "host/config/daemon_log.h"

namespace swapmeet {
namespace {

constexpr std::chrono::milliseconds kStopPatience{4500};

sigset_t waited_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, SIGQUIT, SIGHUP}) sigaddset(&set, signal);
  return set;
}

int failed(const Error& error) {
  std::cerr << "swapmeet: " << error.message << '\n';
  return error.code == ErrorCode::invalid_argument ? 2 : 1;
}

// Connections, databases and transfers need files: as many as this process may have.
void raise_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

void reload(RunningHost& host, const RunOptions& options) {
  auto config = read_config(options.config, options.overrides);
  if (config)
    host.reload(*config);
  else
    host.reload_refused(config.error());
}

}  // namespace

void block_signals() {
  const sigset_t set = waited_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);  // a reader that went away is an error code, not the end
  std::signal(SIGXFSZ, SIG_IGN);  // so is a file that may not grow
}

int Application::run_host(const std::string& program) {
  if (auto prepared = prepare(); !prepared) return failed(prepared.error());
  if (options_.daemon)
    if (const auto code = daemon_.detach(config_->host.text("log_file"))) return *code;
  return run(std::vector<std::string>{program});
}

// Everything that can be refused while somebody still reads the terminal. No threads before a fork.
Result<void> Application::prepare() {
  auto config = read_config(options_.config, options_.overrides);
  if (!config) return std::move(config).error();
  config_ = std::move(*config);
  auto data = DataFolder::open(config_->host.path("data"));
  if (!data) return std::move(data).error();
  data_.emplace(std::move(*data));
  if (options_.daemon)
    if (auto chosen = choose_daemon_log(); !chosen) return chosen;
  return set_up_log(config_->host);
}

// A daemon has no standard error.
Result<void> Application::choose_daemon_log() {
  if (config_->host.has("log_file")) return {};
  const auto file = daemon_log(data_->path());
  std::cerr << "swapmeet: [host] log_file is not set; logging to " << file.string() << '\n';
  options_.overrides.push_back({"host.log_file=" + file.string()});
  auto config = read_config(options_.config, options_.overrides);
  if (!config) return std::move(config).error();
  config_ = std::move(*config);
  return {};
}

int Application::main(const std::vector<std::string>&) {
  // Poco installs handlers of its own for crashes, which hide what sanitizers have to say.
  for (const int signal : {SIGILL, SIGBUS, SIGSEGV}) std::signal(signal, SIG_DFL);
  install_crash_handler();
  raise_file_limit();
  service_manager_.starting();
  data_->sign();
  for (const auto& one : options_.overrides)
    if (one.from != "--set")
      write_log("host", LogLevel::info, "a key comes from the environment",
                {{"variable", one.from}});
  if (::geteuid() == 0)
    write_log("host", LogLevel::warning,
              "it runs as root, and so does whoever finds a way in: give it a user of its own");
  if (!options_.pidfile.empty())
    if (auto written = pidfile_.write(options_.pidfile); !written) {
      write_log("host", LogLevel::error, "cannot start", {{"problem", written.error().message}});
      return failed(written.error());
    }
  auto host = std::make_unique<RunningHost>(std::move(*config_), std::move(*data_));
  host->read_again_by([this] { return read_config(options_.config, options_.overrides); });
  host->change_settings_by(SettingsBook(options_.config, options_.overrides),
                           [] { ::kill(::getpid(), SIGHUP); });
  const int code = serve(*host);
  limit_stop();
  if (!host->stop()) end_process();
  host.reset();
  stop_deadline_.reset();
  pidfile_.remove();
  return code;
}

// From when it is told to stop. Also while it still starts: a plugin may hang there.
void Application::limit_stop() {
  if (stop_deadline_) return;
  stop_deadline_.emplace(kStopPatience, [this] {
    write_log("host", LogLevel::error, "stopping takes too long; ending the process");
    end_process();
  });
}

// False: it was told to stop meanwhile.
Result<bool> Application::start(RunningHost& host) {
  EarlySignals signals(waited_signals(), [this] {
    write_log("host", LogLevel::info, "stopping before all has started");
    service_manager_.stopping();
    limit_stop();
  });
  auto started = host.start();
  auto taken = signals.finish();
  if (taken.stop) return false;
  if (!started) return std::move(started).error();
  while (taken.reload && !taken.stop) {
    const int signal = take_new_settings(host);
    taken = {.stop = signal == SIGTERM, .reload = signal == SIGHUP};
  }
  return !taken.stop;
}

int Application::serve(RunningHost& host) {
  const auto started = start(host);
  if (!started) {
    write_log("host", LogLevel::error, "cannot start", {{"problem", started.error().message}});
    return failed(started.error());
  }
  if (!*started) return EXIT_OK;
  const sigset_t set = waited_signals();
  tell_ready(host);
  daemon_.ready();
  for (int signal = 0; signal == 0 || signal == SIGHUP;) {
    if (sigwait(&set, &signal) != 0) signal = 0;
    while (signal == SIGHUP) signal = take_new_settings(host);
  }
  service_manager_.stopping();
  write_log("host", LogLevel::info, "stopping");
  return EXIT_OK;
}

void Application::tell_ready(const RunningHost& host) {
  service_manager_.ready("listening on " + host.listening().text());
}

// A plugin may hang there as well. What came meanwhile: SIGTERM, SIGHUP, or 0 for nothing.
int Application::take_new_settings(RunningHost& host) {
  EarlySignals signals(waited_signals(), [this] { limit_stop(); });
  service_manager_.reloading();
  reload(host, options_);
  tell_ready(host);
  const auto taken = signals.finish();
  return taken.stop ? SIGTERM : taken.reload ? SIGHUP : 0;
}

// Without destroying what a thread that cannot be stopped may still use.
void Application::end_process() {
  pidfile_.remove();
  ::_exit(1);
}

}  // namespace swapmeet
