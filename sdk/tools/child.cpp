#include "child.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstring>
#include <exception>
#include <new>
#include <string_view>

namespace swapmeet::tools {
namespace {

constexpr char kVerdicts[] = {'o', 'f', 's'};

// In memory that the child shares with its parent. The literals are at the same places in both.
std::atomic<const char*>& call_of_the_child() {
  static auto* const shared = [] {
    void* page = ::mmap(nullptr, sizeof(std::atomic<const char*>), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) throw std::bad_alloc();
    return new (page) std::atomic<const char*>(nullptr);
  }();
  return *shared;
}

std::string where() {
  const char* call = call_of_the_child();
  return call ? std::string(" in ") + call : std::string();
}

const std::string kUnderGdb =
    "look at it in a debugger: gdb --args swapmeet-plugin-check FILE --in-process --only THIS";

Outcome guarded(const std::function<Outcome()>& run) {
  try {
    return run();
  } catch (const Failure& failure) {
    return {Verdict::failed, failure.what(), failure.advice};
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
  const auto text =
      kVerdicts[static_cast<int>(outcome.verdict)] + outcome.sentence + '\0' + outcome.advice;
  const bool whole = ::write(answer, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  ::_exit(whole ? 0 : 1);  // nothing of the plugin runs any more
}

// All that comes until the other side closes; empty when that takes too long.
std::string read_all(int answer, const Clock& clock, std::chrono::milliseconds patience) {
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

void doing(const char* call) { call_of_the_child() = call; }

Outcome in_this_process(const std::function<Outcome()>& run) { return guarded(run); }

Outcome in_child(const std::function<Outcome()>& run, const Clock& clock,
                 std::chrono::milliseconds patience) {
  doing(nullptr);
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return {Verdict::failed, "the system gives no pipe"};
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
    return {Verdict::failed,
            "did not end within " + std::to_string(patience.count() / 1000) + " seconds: it hangs" +
                where(),
            kUnderGdb + "; if it only takes long, --patience gives it longer"};
  if (WIFSIGNALED(status))
    return {Verdict::failed, "crashed" + where() + ": " + ::strsignal(WTERMSIG(status)), kUnderGdb};
  const auto verdict = std::string_view(kVerdicts, sizeof kVerdicts).find(text[0]);
  if (verdict == std::string_view::npos || WEXITSTATUS(status) != 0)
    return {Verdict::failed,
            "ended the process with exit code " + std::to_string(WEXITSTATUS(status)) + where(),
            "a plugin never ends its host: return an Error"};
  const auto end = std::min(text.find('\0'), text.size());
  return {static_cast<Verdict>(verdict), text.substr(1, end - 1),
          end < text.size() ? text.substr(end + 1) : std::string()};
}

}  // namespace swapmeet::tools
