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

// client_targets.cpp: what clients read.
void client_answer(std::string_view bytes);
void source_answers(std::string_view bytes);
void events(std::string_view bytes);
void tls_hello(std::string_view bytes);
// written_targets.cpp: about contents.
void range(std::string_view bytes);
void ticket(std::string_view bytes);
void hashes(std::string_view bytes);
void metalink(std::string_view bytes);
void torrent(std::string_view bytes);

}  // namespace swapmeet::fuzz
