#include "child.h"

#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <exception>
#include <string_view>

namespace swapmeet::tools {
namespace {

constexpr char kVerdicts[] = {'o', 'f', 's'};

Outcome guarded(const std::function<Outcome()>& run) {
  try {
    return run();
  } catch (const std::exception& exception) {
    return {Verdict::failed, std::string("threw an exception: ") + exception.what()};
  } catch (...) {
    return {Verdict::failed, "threw something that is no exception"};
  }
}

[[noreturn]] void be_the_child(const std::function<Outcome()>& run, int answer) {
  // A crash is to be seen as what it is, whatever handlers the caller has, and leaves no core file.
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTERM})
    std::signal(signal, SIG_DFL);
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  const auto outcome = guarded(run);
  const auto text = kVerdicts[static_cast<int>(outcome.verdict)] + outcome.sentence;
  const bool whole = ::write(answer, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  ::_exit(whole ? 0 : 1);  // nothing of the plugin runs any more
}

// All that comes until the other side closes; empty when that takes too long.
std::string read_all(int answer, const Clock& clock, std::chrono::seconds patience) {
  const auto deadline = clock.steady() + patience;
  std::string text;
  while (true) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - clock.steady());
    pollfd ready{answer, POLLIN, 0};
    if (left.count() <= 0 || ::poll(&ready, 1, static_cast<int>(left.count())) == 0) return {};
    char portion[4096];
    const auto got = ::read(answer, portion, sizeof portion);
    if (got <= 0) return text.empty() ? "?" : text;
    text.append(portion, static_cast<std::size_t>(got));
  }
}

}  // namespace

Outcome in_child(const std::function<Outcome()>& run, const Clock& clock,
                 std::chrono::seconds patience) {
  int ends[2];
  if (::pipe(ends) != 0) return {Verdict::failed, "the system gives no pipe"};
  const auto child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    be_the_child(run, ends[1]);
  }
  ::close(ends[1]);
  const auto text = child < 0 ? std::string("?") : read_all(ends[0], clock, patience);
  ::close(ends[0]);
  if (child < 0) return {Verdict::failed, "the system gives no process"};
  if (text.empty()) ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (text.empty())
    return {Verdict::failed, "did not end within " + std::to_string(patience.count()) + " seconds"};
  if (WIFSIGNALED(status))
    return {Verdict::failed, std::string("crashed: ") + ::strsignal(WTERMSIG(status))};
  const auto verdict = std::string_view(kVerdicts, sizeof kVerdicts).find(text[0]);
  if (verdict == std::string_view::npos || WEXITSTATUS(status) != 0)
    return {Verdict::failed,
            "ended the process with exit code " + std::to_string(WEXITSTATUS(status))};
  return {static_cast<Verdict>(verdict), text.substr(1)};
}

}  // namespace swapmeet::tools
