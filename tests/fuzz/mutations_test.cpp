// The fuzz targets over their seeds and a fixed sequence of mutations: the same on every machine.
#include <algorithm>
#include <random>
#include <string>

#include "catch.h"
#include "tests/fuzz/targets.h"

using namespace swapmeet::fuzz;

namespace {

constexpr unsigned kSeed = 20260101;
constexpr int kRounds = 4000;  // of each target

std::string mutated(std::string bytes, std::mt19937& random) {
  static const std::string kSharp("\r\n:;=%\"{}[],\\ \0\x7f\xff", 17);
  for (auto changes = random() % 4 + 1; changes > 0; --changes) {
    const auto at = bytes.empty() ? 0 : random() % bytes.size();
    const char sharp = kSharp[random() % kSharp.size()];
    switch (random() % 6) {
      case 0: bytes.insert(at, 1, sharp); break;
      case 1: bytes.erase(at, random() % 8 + 1); break;
      case 2:
        if (!bytes.empty()) bytes[at] = static_cast<char>(random());
        break;
      case 3:
        if (!bytes.empty()) bytes[at] = sharp;
        break;
      case 4: bytes.insert(at, bytes.substr(bytes.size() / 2, random() % 64)); break;
      default: bytes.resize(at); break;
    }
  }
  return bytes;
}

}  // namespace

TEST_CASE("what strangers wrote neither crashes nor confuses any reader") {
  for (const auto& target : targets()) {
    INFO(target.name);
    std::mt19937 random(kSeed);
    for (const auto& seed : target.seeds) target.run(seed);
    for (int round = 0; round < kRounds; ++round)
      target.run(mutated(target.seeds[random() % target.seeds.size()], random));
    CHECK_FALSE(target.seeds.empty());
  }
}
