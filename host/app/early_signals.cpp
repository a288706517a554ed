#include "host/app/early_signals.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <utility>

namespace swapmeet {

EarlySignals::EarlySignals(const sigset_t& signals, std::function<void()> stop)
    : signals_(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK)),
      finished_(::eventfd(0, EFD_CLOEXEC)),
      thread_([this, stop = std::move(stop)] { take(stop); }) {}

EarlySignals::~EarlySignals() { finish(); }

EarlySignals::Taken EarlySignals::finish() {
  if (!thread_.joinable()) return taken_;
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto n = ::write(finished_.descriptor(), &one, sizeof one);
  thread_.join();
  return taken_;
}

void EarlySignals::take(const std::function<void()>& stop) {
  pollfd both[] = {{finished_.descriptor(), POLLIN, 0}, {signals_.descriptor(), POLLIN, 0}};
  while (true) {
    if (::poll(both, 2, -1) < 0) continue;
    if (both[0].revents != 0) return;
    signalfd_siginfo signal{};
    if (::read(signals_.descriptor(), &signal, sizeof signal) != sizeof signal) continue;
    if (signal.ssi_signo == SIGHUP)
      taken_.reload = true;
    else if (!std::exchange(taken_.stop, true))
      stop();
  }
}

}  // namespace swapmeet
