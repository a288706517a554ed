// What is fuzzed: everything that reads bytes which strangers wrote. A target takes any bytes and
// must neither crash nor hang, and what it accepts must hold together (std::abort otherwise).
// Threads: free functions without shared state.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace swapmeet::fuzz {

struct Target {
  const char* name;
  void (*run)(std::string_view bytes);
  std::vector<std::string> seeds;
};

const std::vector<Target>& targets();

}  // namespace swapmeet::fuzz
