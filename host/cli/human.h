// Numbers as people read them.
// Threads: free functions.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "swapmeet/time.h"

namespace swapmeet::cli {

std::string human_size(std::uint64_t bytes);              // "1.4 MB"
std::string human_rate(std::uint64_t bytes_a_second);     // "1.4 MB/s"
std::string human_duration(std::chrono::seconds length);  // "3 s", "4 min 10 s", "2 h 5 min"
// "now", "5 min ago", "in 30 s"; "-" for a time that is not known.
std::string human_time(Time time, Time now);
std::string human_count(std::uint64_t number);                       // "12,345"
std::string counted(std::uint64_t number, const std::string& what);  // "1 file", "2,000 files"

}  // namespace swapmeet::cli
