#include "host/cli/screen.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

#include "host/cli/places.h"
#include "host/cli/terminal.h"

namespace swapmeet::cli {
namespace {

// The second page, pastes marked as such, no wrapping at the right edge; and back.
constexpr std::string_view kEnter = "\x1b[?1049h\x1b[?2004h\x1b[?7l\x1b[2J";
constexpr std::string_view kLeave = "\x1b[0m\x1b[?7h\x1b[?2004l\x1b[?25h\x1b[?1049l";
constexpr int kRestOfKey = 50;  // milliseconds
constexpr std::array kSignals = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGCONT};

volatile std::sig_atomic_t signals_to = -1;  // the end of a pipe
volatile std::sig_atomic_t ended_by = 0;
volatile std::sig_atomic_t resized = 0;

void note_signal(int number) {
  const int error = errno;
  if (number == SIGWINCH || number == SIGCONT)
    resized = 1;
  else
    ended_by = number;
  const char byte = 0;
  if (::write(signals_to, &byte, 1) < 0) {  // full: it is awake anyway
  }
  errno = error;
}

void put(std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(STDOUT_FILENO, text.data(), text.size());
    if (written > 0)
      text.remove_prefix(static_cast<std::size_t>(written));
    else if (errno != EINTR && errno != EAGAIN)
      return;  // it is gone, which wait() tells
  }
}

std::string_view look_of(FrameLine::Look look) {
  switch (look) {
    case FrameLine::Look::inverse: return "\x1b[7m";
    case FrameLine::Look::dim: return "\x1b[2m";
    case FrameLine::Look::plain: break;
  }
  return "";
}

}  // namespace

Result<std::unique_ptr<Screen>> Screen::open() {
  std::unique_ptr<Screen> screen(new Screen);
  if (auto begun = screen->begin(); !begun) return std::move(begun).error();
  return screen;
}

Result<void> Screen::begin() {
  const auto kind = environment("TERM");
  if (!on_terminal() || !input_is_terminal() || kind.empty() || kind == "dumb")
    return unsupported("this needs a terminal that can place its cursor; TERM says which it is");
  if (::tcgetattr(STDIN_FILENO, &before_) != 0 ||
      ::pipe2(pipe_.data(), O_CLOEXEC | O_NONBLOCK) != 0)
    return unsupported("the terminal cannot be used");
  signals_to = pipe_[1];
  ended_by = 0;
  resized = 0;
  struct sigaction action {};
  action.sa_handler = note_signal;
  for (const int number : kSignals) {
    struct sigaction old {};
    ::sigaction(number, &action, &old);
    handlers_.emplace_back(number, old);
  }
  enter();
  return {};
}

Screen::~Screen() {
  leave();
  for (const auto& [number, old] : handlers_) ::sigaction(number, &old, nullptr);
  signals_to = -1;
  for (const int end : pipe_)
    if (end >= 0) ::close(end);
}

void Screen::enter() {
  auto raw = before_;
  ::cfmakeraw(&raw);
  ::tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
  entered_ = true;
  drawn_.clear();
  put(kEnter);
}

void Screen::leave() {
  if (!entered_) return;
  entered_ = false;
  put(kLeave);
  ::tcsetattr(STDIN_FILENO, TCSADRAIN, &before_);
}

Screen::Size Screen::size() const {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0)
    return {size.ws_col, size.ws_row};
  return {80, 24};
}

void Screen::draw(const Frame& frame) {
  std::string text = "\x1b[?25l";  // no cursor that jumps about
  for (std::size_t i = 0; i < frame.lines.size(); ++i) {
    const auto& line = frame.lines[i];
    if (i < drawn_.size() && drawn_[i] == line) continue;
    text += fmt::format("\x1b[{};1H\x1b[2K{}{}\x1b[0m", i + 1, look_of(line.look), line.text);
  }
  if (frame.lines.size() < drawn_.size() || drawn_.empty())
    text += fmt::format("\x1b[{};1H\x1b[J", frame.lines.size() + 1);
  drawn_ = frame.lines;
  put(text + fmt::format("\x1b[{};{}H\x1b[?25h", frame.row + 1, frame.column + 1));
}

Screen::Event Screen::wait(bool briefly) {
  Event event;
  std::array<pollfd, 2> ends{pollfd{STDIN_FILENO, POLLIN, 0}, pollfd{pipe_[0], POLLIN, 0}};
  event.timed_out = ::poll(ends.data(), ends.size(), briefly ? kRestOfKey : -1) == 0;
  std::array<char, 4096> bytes{};
  while (::read(pipe_[0], bytes.data(), bytes.size()) > 0) {
  }
  if ((ends[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
    const auto count = ::read(STDIN_FILENO, bytes.data(), bytes.size());
    if (count > 0)
      event.bytes.assign(bytes.data(), static_cast<std::size_t>(count));
    else if (count == 0 || (errno != EINTR && errno != EAGAIN))
      event.ended_by = SIGHUP;
  }
  if (ended_by != 0) event.ended_by = ended_by;
  if (resized != 0) {
    resized = 0;
    drawn_.clear();
    event.resized = true;
  }
  return event;
}

void Screen::wake() const {
  const char byte = 0;
  if (::write(pipe_[1], &byte, 1) < 0) {  // full: it is awake anyway
  }
}

void Screen::suspend() {
  leave();
  ::raise(SIGSTOP);
  enter();
}

}  // namespace swapmeet::cli
