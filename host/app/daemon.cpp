#include "host/app/daemon.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <iostream>
#include <utility>

#include "swapmeet/http.h"

namespace swapmeet {
namespace {

constexpr int kPatience = 10'000;  // milliseconds; then it is told where more can be read

void send_nowhere(std::initializer_list<int> descriptors) {
  const http::OpenFile nowhere(::open("/dev/null", O_RDWR | O_CLOEXEC));
  for (const int one : descriptors) ::dup2(nowhere.descriptor(), one);
}

// How the host ended without having been ready, for who waits.
int told_end(int status, const std::string& log) {
  if (WIFEXITED(status) && WEXITSTATUS(status) != 0) return WEXITSTATUS(status);  // it said why
  std::cerr << "swapmeet: the host has ended before it was ready";
  if (WIFSIGNALED(status)) std::cerr << ", by signal " << WTERMSIG(status);
  std::cerr << "; " << log << " says more\n";
  return 1;
}

}  // namespace

Daemon::~Daemon() {
  if (waiting_ >= 0) ::close(waiting_);
}

std::optional<int> Daemon::detach(const std::string& log) {
  int ends[2];
  const pid_t host = ::pipe2(ends, O_CLOEXEC) == 0 ? ::fork() : -1;
  if (host < 0) {
    std::cerr << "swapmeet: no way into the background: " << std::strerror(errno) << '\n';
    return 1;
  }
  if (host > 0) {
    ::close(ends[1]);
    return wait_for(host, ends[0], log);
  }
  ::close(ends[0]);
  waiting_ = ends[1];
  ::setsid();
  ::umask(027);
  if (::chdir("/") != 0) return 1;
  send_nowhere({STDIN_FILENO, STDOUT_FILENO});
  return std::nullopt;
}

void Daemon::ready() {
  if (waiting_ < 0) return;
  send_nowhere({STDERR_FILENO});
  [[maybe_unused]] const auto n = ::write(waiting_, "", 1);
  ::close(std::exchange(waiting_, -1));
}

int Daemon::wait_for(pid_t host, int ready, const std::string& log) {
  sigset_t blocked;
  pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
  const http::OpenFile signals(::signalfd(-1, &blocked, SFD_CLOEXEC));
  const http::OpenFile news(ready);
  pollfd both[] = {{news.descriptor(), POLLIN, 0}, {signals.descriptor(), POLLIN, 0}};
  for (int patience = kPatience; both[0].revents == 0;) {
    const int seen = ::poll(both, 2, patience);
    if (seen == 0) {
      std::cerr << "swapmeet: it is still starting; " << log << " says more, Ctrl-C ends it\n";
      patience = -1;
    }
    signalfd_siginfo signal{};
    if (seen > 0 && both[1].revents != 0 &&
        ::read(signals.descriptor(), &signal, sizeof signal) == sizeof signal)
      ::kill(host, SIGTERM);
  }
  char byte = 0;
  if (::read(news.descriptor(), &byte, 1) == 1) return 0;
  int status = 0;
  while (::waitpid(host, &status, 0) < 0 && errno == EINTR) {
  }
  return told_end(status, log);
}

}  // namespace swapmeet
