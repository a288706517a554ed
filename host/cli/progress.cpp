#include "host/cli/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "host/cli/display.h"
#include "host/cli/human.h"
#include "host/cli/terminal.h"

namespace swapmeet::cli {
namespace {

constexpr std::size_t kLongestBar = 30;
constexpr std::size_t kShortestBar = 10;
constexpr std::chrono::seconds kPause{3};  // between plain lines

}  // namespace

std::string bar_of(std::uint64_t done, std::uint64_t size, std::size_t length) {
  const auto part =
      size == 0 ? 1.0 : std::min(1.0, static_cast<double>(done) / static_cast<double>(size));
  const auto filled = static_cast<std::size_t>(part * static_cast<double>(length));
  return '[' + std::string(filled, '#') + std::string(length - filled, '.') + ']';
}

std::string time_left(std::uint64_t done, std::uint64_t size, std::uint64_t rate) {
  if (rate == 0 || done >= size) return "";
  return human_duration(std::chrono::seconds((size - done + rate - 1) / rate)) + " left";
}

std::string progress_line(const Advance& advance, std::optional<std::size_t> width) {
  const auto part =
      advance.size == 0
          ? 1.0
          : std::min(1.0, static_cast<double>(advance.done) / static_cast<double>(advance.size));
  std::string line;
  if (!advance.what.empty()) line += advance.what + "  ";
  line += advance.size_known ? fmt::format("{:3.0f} %  {} of {}", part * 100,
                                           human_size(advance.done), human_size(advance.size))
                             : human_size(advance.done);
  if (advance.rate > 0) {
    line += "  " + human_rate(advance.rate);
    if (advance.size_known && advance.done < advance.size)
      line += ", " + time_left(advance.done, advance.size, advance.rate);
  }
  if (!advance.also.empty()) line += "  " + printable(advance.also);
  if (!width) return line;
  // The bar takes what the words leave.
  const auto most = *width - 1;
  const auto taken = display_width(line) + std::string_view("[] ").size();
  for (auto bar = kLongestBar; advance.size_known && bar >= kShortestBar; bar -= 10)
    if (taken + bar <= most) return bar_of(advance.done, advance.size, bar) + ' ' + line;
  return cut_to_width(line, most);
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
