#include "host/app/crash.h"

#include <execinfo.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <mutex>
#include <string_view>

#include "host/plugins/code_ranges.h"
#include "host/plugins/inside.h"
#include "swapmeet/text.h"

namespace swapmeet {
namespace {

std::array<char, 4096> log_file{};  // its path; only ever read when the process ends
std::mutex log_file_mutex;
std::atomic_flag is_told = ATOMIC_FLAG_INIT;

// A line in a buffer of its own: nothing here may allocate.
class Line {
 public:
  Line& operator<<(std::string_view text) {
    for (const char c : text)
      if (size_ < text_.size() - 1) text_[size_++] = is_control(c) ? '?' : c;
    return *this;
  }
  Line& number(std::int64_t value, int digits) {
    std::array<char, 20> reversed{};
    int count = 0;
    for (; value > 0 || count < digits; value /= 10)
      reversed.at(static_cast<std::size_t>(count++)) = static_cast<char>('0' + value % 10);
    while (count > 0) *this << std::string_view(&reversed.at(static_cast<std::size_t>(--count)), 1);
    return *this;
  }
  // As all lines of the log begin (RFC 3339). Days to a date: Howard Hinnant, "chrono-compatible
  // low-level date algorithms", civil_from_days; gmtime() is not for signal handlers.
  Line& time() {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    const std::int64_t days = now.tv_sec / 86'400 + 719'468;
    const auto second = now.tv_sec % 86'400;
    const auto era = days / 146'097;
    const auto day_of_era = days % 146'097;
    const auto year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
    const auto day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const auto month_index = (5 * day_of_year + 2) / 153;  // from March on
    const auto month = month_index < 10 ? month_index + 3 : month_index - 9;
    number(year_of_era + era * 400 + (month <= 2 ? 1 : 0), 4) << "-";
    number(month, 2) << "-";
    number(day_of_year - (153 * month_index + 2) / 5 + 1, 2) << "T";
    number(second / 3600, 2) << ":";
    number(second / 60 % 60, 2) << ":";
    number(second % 60, 2) << ".";
    return number(now.tv_nsec / 1'000'000, 3) << "Z";
  }
  void write_to(int file) {
    text_.at(size_) = '\n';
    [[maybe_unused]] const auto n = ::write(file, text_.data(), size_ + 1);
  }

 private:
  std::array<char, 1024> text_{};
  std::size_t size_ = 0;
};

// Whose code is the nearest to this point of the stack.
const char* plugin_on_stack() {
  std::array<void*, 64> frames{};
  const int count = ::backtrace(frames.data(), static_cast<int>(frames.size()));
  for (int i = 0; i < count; ++i)
    if (const char* plugin = plugin_at(frames.at(static_cast<std::size_t>(i)))) return plugin;
  return nullptr;
}

void add_where(Line& line) {
  const char* const at = plugin_on_stack();
  const auto* const inside = whereabouts().innermost.load();
  if (!at && !inside) {
    line << "the host itself";
    return;
  }
  line << (at ? at : inside->plugin);
  if (!inside) {
    line << " (a thread of its own)";
    return;
  }
  if (at && std::string_view(at) != inside->plugin) line << ", called by " << inside->plugin;
  line << " (" << inside->doing->what;
  if (!inside->doing->path.empty()) line << " " << inside->doing->path;
  if (!inside->doing->request.empty()) line << ", request " << inside->doing->request;
  line << ")";
}

// Once: what comes after it is a consequence.
void tell(std::string_view how, std::string_view more = {}) {
  if (is_told.test_and_set()) return;
  Line line;
  line.time() << " error host crashed in ";
  add_where(line);
  line << ": " << how << more;
  line.write_to(STDERR_FILENO);
  if (log_file[0] == '\0') return;
  const int file = ::open(log_file.data(), O_WRONLY | O_APPEND | O_CLOEXEC);
  if (file < 0) return;
  line.write_to(file);
  ::close(file);
}

std::string_view name_of_signal(int signal) {
  switch (signal) {
    case SIGSEGV: return "segmentation fault";
    case SIGBUS: return "bus error";
    case SIGILL: return "illegal instruction";
    case SIGFPE: return "arithmetic error";
    default: return "abort";
  }
}

void on_signal(int signal) {
  tell(name_of_signal(signal));
  ::signal(signal, SIG_DFL);
  ::raise(signal);  // comes when this returns
}

[[noreturn]] void on_terminate() {
  constexpr std::string_view kUncaught = "an exception that nothing could catch";
  try {
    if (const auto exception = std::current_exception()) std::rethrow_exception(exception);
    tell("std::terminate was called");
  } catch (const std::exception& exception) {
    tell(kUncaught, std::string(": ") + exception.what());
  } catch (...) {
    tell(kUncaught);
  }
  std::abort();
}

// The host itself returns from main(), on its first thread and inside nothing.
void on_process_exit(int code, void*) {
  const bool is_first_thread = ::syscall(SYS_gettid) == ::getpid();
  if (is_first_thread && !whereabouts().innermost.load()) return;
  tell("it called exit()");
  ::_exit(code);  // the other threads still run: nothing of theirs may be destroyed
}

constexpr bool kHasSanitizer =
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    true;
#else
    false;
#endif

}  // namespace

void set_crash_log(const std::string& file) {
  const std::lock_guard lock(log_file_mutex);
  if (file.size() >= log_file.size()) return;
  std::copy(file.begin(), file.end(), log_file.begin());
  log_file.at(file.size()) = '\0';
}

void install_crash_handler() {
  if (kHasSanitizer) return;
  static_cast<void>(plugin_on_stack());  // the first call loads a library, which may allocate
  handle_stack_overflows();
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  for (const int signal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT})
    ::sigaction(signal, &action, nullptr);
  std::set_terminate(on_terminate);
  ::on_exit(on_process_exit, nullptr);
}

}  // namespace swapmeet
