#include "host/cli/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "host/cli/display.h"
#include "host/cli/human.h"
#include "host/cli/terminal.h"

namespace swapmeet::cli {
namespace {

constexpr std::size_t kBar = 30;
constexpr std::chrono::seconds kPause{3};  // between plain lines

}  // namespace

std::string progress_line(const Advance& advance, std::optional<std::size_t> width) {
  const auto part =
      advance.size == 0
          ? 1.0
          : std::min(1.0, static_cast<double>(advance.done) / static_cast<double>(advance.size));
  std::string line;
  if (advance.size_known && width && *width > 2 * kBar) {
    const auto filled = static_cast<std::size_t>(part * kBar);
    line = fmt::format("[{}{}] ", std::string(filled, '#'), std::string(kBar - filled, '.'));
  }
  if (!advance.what.empty()) line += advance.what + "  ";
  line += advance.size_known ? fmt::format("{:3.0f} %  {} of {}", part * 100,
                                           human_size(advance.done), human_size(advance.size))
                             : human_size(advance.done);
  if (advance.rate > 0) {
    line += "  " + human_rate(advance.rate);
    if (advance.size_known && advance.done < advance.size)
      line += ", " +
              human_duration(std::chrono::seconds((advance.size - advance.done + advance.rate - 1) /
                                                  advance.rate)) +
              " left";
  }
  if (!advance.also.empty()) line += "  " + printable(advance.also);
  return width ? cut_to_width(line, *width - 1) : line;
}

Progress::Progress(Clock& clock) : clock_(clock), terminal_(on_terminal()) {}

void Progress::show(const Advance& advance) {
  put(progress_line(advance, terminal_width()), false);
}

void Progress::say(const std::string& sentence) {
  const auto line = printable(sentence);
  put(terminal_ ? cut_to_width(line, *terminal_width() - 1) : line, true);
}

void Progress::put(const std::string& line, bool urgent) {
  if (line == last_) return;
  const auto now = clock_.steady();
  if (terminal_) {
    std::cout << '\r' << line << "\033[K" << std::flush;
    open_ = true;
  } else {
    if (!urgent && !last_.empty() && now - shown_ < kPause) return;
    std::cout << line << std::endl;
  }
  last_ = line;
  shown_ = now;
}

void Progress::end() {
  if (open_) std::cout << '\n' << std::flush;
  open_ = false;
  last_.clear();
}

}  // namespace swapmeet::cli
