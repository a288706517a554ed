// How far something long has come: one line that is drawn over on a terminal, a plain line every
// few seconds elsewhere.
// Threads: one.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "swapmeet/time.h"

namespace swapmeet::cli {

struct Advance {
  std::string what;  // before the numbers: "2 of 5 files"; may be empty
  std::uint64_t done = 0;
  std::uint64_t size = 0;
  std::uint64_t rate = 0;  // bytes a second
  std::string also;        // after the numbers: "from 3 sources", "nobody is there"
  bool size_known = true;  // false: it grows still, so there is neither a part nor an end of it
};

// "[#####.....]" with so many characters between the brackets.
std::string bar_of(std::uint64_t done, std::uint64_t size, std::size_t length);
// "16 s left"; empty: nobody can tell, or nothing is left.
std::string time_left(std::uint64_t done, std::uint64_t size, std::uint64_t rate);
// With a bar when `width` is given (of the terminal), and then at most so wide.
std::string progress_line(const Advance& advance, std::optional<std::size_t> width);

class Progress {
 public:
  // How long to sleep between two looks: who waits for the end wants to know it at once.
  static constexpr std::chrono::milliseconds kPace{100};

  // `clock` must outlive it.
  explicit Progress(Clock& clock);
  void show(const Advance& advance);
  // A sentence instead, such as "waits for an answer".
  void say(const std::string& sentence);
  // Ends the line that is drawn over, if there is one.
  void end();

 private:
  void put(const std::string& line, bool urgent);
  Clock& clock_;
  bool terminal_;
  bool open_ = false;
  std::string last_;
  Instant shown_{};
};

}  // namespace swapmeet::cli
