// Small sound files and pictures, made byte by byte.
// Threads: free functions without shared state.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace fakes {

std::string big(std::uint64_t number, int bytes);
std::string little(std::uint64_t number, int bytes);

std::string mp3();   // Nina Simone, Sinnerman, 1965; two seconds of 128 kbit/s
std::string flac();  // the same tags; ten seconds at 44,100 Hz
std::string wav();   // one second, no tags
std::string m4a();   // a title
std::string png();   // 640 × 480
std::string gif();   // 320 × 200
std::string jpeg();  // 16 × 8, taken in 2004 by Ann
// Each with a name that says its kind.
std::vector<std::pair<std::string, std::string>> all_samples();

}  // namespace fakes
