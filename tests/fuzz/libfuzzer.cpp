// With clang and -DSWAPMEET_FUZZ=ON: bin/fuzz_NAME for one of the targets, under libFuzzer.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tests/fuzz/targets.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  for (const auto& target : swapmeet::fuzz::targets())
    if (std::string_view(target.name) == FUZZ_TARGET)
      target.run({reinterpret_cast<const char*>(data), size});
  return 0;
}
