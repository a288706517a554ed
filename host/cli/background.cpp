#include "host/cli/background.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

extern "C" {  // which the header of this library forgets
#include <sys/pidfd.h>
}

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <string>

#include "host/cli/places.h"
#include "host/cli/session.h"
#include "host/config/daemon_log.h"
#include "swapmeet/http.h"

namespace swapmeet::cli {
namespace fs = std::filesystem;
namespace {

constexpr int kStopPatience = 30'000;  // milliseconds; a host gives itself five seconds

std::string all_of(int descriptor) {
  std::string text;
  char buffer[4096];
  for (ssize_t n = 0;
       (n = ::read(descriptor, buffer, sizeof buffer)) > 0 || (n < 0 && errno == EINTR);)
    if (n > 0) text.append(buffer, static_cast<std::size_t>(n));
  return text;
}

// Without what says how it goes: only the reason.
std::string reason_in(std::string said) {
  std::string reason;
  for (std::size_t end = 0; !said.empty(); said.erase(0, end)) {
    end = said.find('\n') == std::string::npos ? said.size() : said.find('\n') + 1;
    auto line = said.substr(0, end);
    if (line.starts_with("swapmeet: [host] log_file is not set")) continue;
    if (line.starts_with("swapmeet: ")) line.erase(0, 10);
    reason += line;
  }
  while (reason.ends_with('\n')) reason.pop_back();
  return reason;
}

// Of a file that may be broken elsewhere: whoever stops a host has not mended it yet.
Result<Ini> host_section_of(const fs::path& file) {
  std::ifstream in(file);
  std::string text;
  bool is_host = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with('[')) is_host = line.starts_with("[host]");
    if (is_host) text += line + '\n';
  }
  return parse_ini(text, file);
}

KnownHost from_config(const fs::path& file, const fs::path& data, const fs::path& log) {
  return {file, data, log.empty() ? daemon_log(data) : log};
}

}  // namespace

Result<KnownHost> known_host(const fs::path& config) {
  const auto file = fs::absolute(config).lexically_normal();
  const auto read = read_config(file, environment_overrides(environ));
  if (read) return from_config(file, read->host.path("data"), read->host.path("log_file"));
  const auto ini = host_section_of(file);
  const auto* host = ini ? ini->find("host") : nullptr;
  if (host == nullptr) return read.error();
  const auto path_in = [&](const char* key) {
    for (const auto& [name, value] : host->entries)
      if (name == key && !value.empty()) return (file.parent_path() / value).lexically_normal();
    return fs::path();
  };
  if (path_in("data").empty()) return read.error();
  return from_config(file, path_in("data"), path_in("log_file"));
}

Result<std::vector<KnownHost>> hosts_meant(const Arguments& arguments) {
  std::vector<fs::path> files;
  if (const auto named = arguments.value("--config"); !named.empty())
    files.emplace_back(named);
  else
    for (const char* name : {"peer.ini", "index.ini"})
      if (std::error_code ignored; fs::exists(config_home() / name, ignored))
        files.push_back(config_home() / name);
  if (files.empty())
    if (const auto other = default_config()) files.push_back(*other);
  if (files.empty())
    return wrong_usage(
        "no configuration is named and none is in the usual places; --config FILE says which host "
        "is meant, and `swapmeet up` makes one");
  std::vector<KnownHost> hosts;
  for (const auto& file : files) {
    auto host = known_host(file);
    if (!host) return host.error();
    hosts.push_back(std::move(*host));
  }
  return hosts;
}

Result<void> start_in_background(const fs::path& config) {
  const std::string file = config.string();
  int ends[2];
  const pid_t child = ::pipe2(ends, O_CLOEXEC) == 0 ? ::fork() : -1;
  if (child < 0)
    return Error{
        ErrorCode::internal, std::string("it cannot be started: ") + std::strerror(errno), {}};
  if (child == 0) {
    ::dup2(ends[1], STDERR_FILENO);
    ::dup2(ends[1], STDOUT_FILENO);
    ::execl("/proc/self/exe", "swapmeet", "run", "--daemon", "--config", file.c_str(), nullptr);
    ::_exit(127);
  }
  ::close(ends[1]);
  const http::OpenFile said(ends[0]);
  const auto text = all_of(said.descriptor());
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  const auto reason = reason_in(text);
  return Error{ErrorCode::internal, reason.empty() ? "the host did not start" : reason, {}};
}

Result<void> stop_process(pid_t process) {
  const http::OpenFile handle(::pidfd_open(process, 0));
  if (handle.descriptor() < 0 && errno == ESRCH) return {};
  if (handle.descriptor() < 0 ||
      ::pidfd_send_signal(handle.descriptor(), SIGTERM, nullptr, 0) != 0) {
    if (errno == ESRCH) return {};
    return Error{
        errno == EPERM ? ErrorCode::not_allowed : ErrorCode::internal,
        "process " + std::to_string(process) + " cannot be stopped: " + std::strerror(errno),
        {}};
  }
  pollfd ended{handle.descriptor(), POLLIN, 0};
  int seen = 0;
  while ((seen = ::poll(&ended, 1, kStopPatience)) < 0 && errno == EINTR) {
  }
  if (seen > 0) return {};
  return Error{ErrorCode::timed_out,
               "process " + std::to_string(process) + " has not stopped in half a minute",
               {}};
}

}  // namespace swapmeet::cli
