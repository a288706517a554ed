#include "host/app/free_memory.h"

#include <malloc.h>

#include <cstddef>

namespace swapmeet {
namespace {

constexpr std::size_t kMuch = 48 << 20;  // bytes

}  // namespace

void give_back_memory() {
  if (::mallinfo2().fordblks > kMuch) ::malloc_trim(0);
}

}  // namespace swapmeet
