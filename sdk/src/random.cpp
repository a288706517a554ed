#include "swapmeet/random.h"

#include <sys/random.h>

#include <stdexcept>
#include <vector>

#include "swapmeet/id.h"

namespace swapmeet {
namespace {

void fill(void* bytes, std::size_t size) {
  if (getrandom(bytes, size, 0) != static_cast<ssize_t>(size))
    throw std::runtime_error("the system gives no random numbers");
}

}  // namespace

std::string random_hex(std::size_t bytes) {
  std::vector<std::uint8_t> drawn(bytes);
  fill(drawn.data(), drawn.size());
  return to_hex(drawn.data(), drawn.size());
}

std::uint64_t random_seed() {
  std::uint64_t seed = 0;
  fill(&seed, sizeof seed);
  return seed;
}

}  // namespace swapmeet
