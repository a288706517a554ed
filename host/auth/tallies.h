// Failures by whoever made them, in a table of fixed size, so that no flood of made-up names or
// addresses takes memory. Each has a place of its own: nobody is held to what another one did. When
// the places where one could stand are taken, whoever was seen longest ago is forgotten.
// Threads: one at a time; Attempts sees to that.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "swapmeet/time.h"

namespace swapmeet {

struct Tally {
  std::uint64_t who = 0;  // a digest; 0: nobody
  int failures = 0;
  Instant last{};
  Instant next{};     // not before
  Instant put_off{};  // when it had to go without having been heard; zero: never
};

class Tallies {
 public:
  // `places`: a multiple of eight.
  explicit Tallies(std::size_t places);

  // Of whoever was not seen for `forgotten`, and of whoever is new, an empty one.
  Tally& at(std::string_view who, Instant now, std::chrono::seconds forgotten);

 private:
  std::array<unsigned char, 16> salt_{};  // so that nobody can choose who is near whom
  std::vector<Tally> places_;
};

}  // namespace swapmeet
