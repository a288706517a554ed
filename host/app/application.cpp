#include "host/app/application.h"

#include <unistd.h>

#include <csignal>
#include <iostream>

#include "host/app/config.h"
#include "host/app/log.h"
#include "host/app/running_host.h"

namespace swapmeet {
namespace {

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

void reload(RunningHost& host, const RunOptions& options) {
  auto config = read_config(options.config, options.overrides);
  if (config)
    host.reload(std::move(*config));
  else
    write_log("host", LogLevel::error, "reload failed, nothing changed",
              {{"problem", config.error().message}});
}

}  // namespace

void block_signals() {
  const sigset_t set = waited_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);  // a reader that went away is an error code, not the end
  std::signal(SIGXFSZ, SIG_IGN);  // so is a file that may not grow
}

Result<RunOptions> parse_run_options(const std::vector<std::string>& words) {
  RunOptions options;
  const auto wrong = [](const std::string& message) {
    return Error{ErrorCode::invalid_argument, message, {}};
  };
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string name = words[i];
    std::string value;
    const auto equals = name.find('=');
    const bool joined = name.starts_with("--") && equals != std::string::npos;
    if (joined) {
      value = name.substr(equals + 1);
      name.resize(equals);
    }
    if (name == "--daemon" || name == "--json") {
      (name == "--daemon" ? options.daemon : options.json) = true;
      continue;
    }
    if (name != "--config" && name != "--set" && name != "--pidfile")
      return wrong("'" + words[i] +
                   "' is not known here; --config FILE, --set section.key=value, --daemon and "
                   "--pidfile FILE are");
    if (!joined) {
      if (++i == words.size()) return wrong(name + " needs a value");
      value = words[i];
    }
    if (name == "--set")
      options.overrides.push_back(value);
    else  // a daemon leaves this folder
      (name == "--config" ? options.config : options.pidfile) = std::filesystem::absolute(value);
  }
  return options;
}

int Application::run_host(const std::string& program) {
  std::vector<std::string> arguments{program};
  if (options_.daemon) arguments.emplace_back("--daemon");
  if (!options_.pidfile.empty()) arguments.push_back("--pidfile=" + options_.pidfile.string());
  return run(arguments);
}

int Application::main(const std::vector<std::string>&) {
  // Poco installs handlers of its own for crashes, which hide what sanitizers have to say.
  for (const int signal : {SIGILL, SIGBUS, SIGSEGV}) std::signal(signal, SIG_DFL);
  auto config = read_config(options_.config, options_.overrides);
  if (!config) return failed(config.error());
  set_up_log(config->host);
  auto host = RunningHost::start(std::move(*config));
  if (!host) {
    write_log("host", LogLevel::error, "cannot start", {{"problem", host.error().message}});
    return failed(host.error());
  }
  const sigset_t set = waited_signals();
  for (int signal = 0;;) {
    if (sigwait(&set, &signal) != 0) continue;
    if (signal != SIGHUP) break;
    reload(**host, options_);
  }
  write_log("host", LogLevel::info, "stopping");
  host->reset();
  return EXIT_OK;
}

}  // namespace swapmeet
