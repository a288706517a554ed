#include "swapmeet/wire/gzip.h"

#include "catch.h"

using namespace swapmeet;
using wire::gunzip;
using wire::gzip;

namespace {

constexpr std::size_t kMost = 4 << 20;

std::string noise(std::size_t size) {
  std::string bytes(size, '\0');
  std::uint32_t state = 1;
  for (char& c : bytes) c = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  return bytes;
}

}  // namespace

TEST_CASE("what was packed comes out as it was") {
  for (const auto& text : {std::string(), std::string("a"), std::string(3 << 20, 'x'),
                           noise(1 << 20), std::string("\0\xff", 2)}) {
    const auto packed = gzip(text).value();
    CHECK(packed.substr(0, 2) == "\x1f\x8b");
    CHECK(gunzip(packed, kMost).value() == text);
  }
  CHECK(gzip(std::string(1 << 20, 'x'))->size() < 10'000);
}

TEST_CASE("a gzip may have several members") {
  CHECK(gunzip(gzip("one, ").value() + gzip("two").value(), kMost).value() == "one, two");
}

TEST_CASE("a small body does not become a huge one") {
  const auto packed = gzip(std::string(1 << 20, 'x')).value();
  CHECK(gunzip(packed, 1 << 20).ok());
  CHECK(gunzip(packed, (1 << 20) - 1).error().code == ErrorCode::too_large);
}

TEST_CASE("what is no whole gzip is refused") {
  const auto packed = gzip("hello").value();
  for (const auto& bytes : {std::string(), std::string("hello"),
                            packed.substr(0, packed.size() - 1), packed + "rest", packed.substr(1)})
    CHECK(gunzip(bytes, kMost).error().code == ErrorCode::invalid_argument);
  auto damaged = packed;
  damaged[packed.size() - 6] ^= 1;  // of the checksum
  CHECK(gunzip(damaged, kMost).error().code == ErrorCode::invalid_argument);
}
