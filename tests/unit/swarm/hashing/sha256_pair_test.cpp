// Two messages at a time have the digests that they have alone.
#include "transfer/swarm/hashing/sha256_pair.h"

#include <openssl/sha.h>

#include <string>

#include "catch.h"

namespace swapmeet::transfer_swarm {
namespace {

NodeHash by_openssl(const std::string& message) {
  NodeHash digest;
  SHA256(reinterpret_cast<const unsigned char*>(message.data()), message.size(), digest.data());
  return digest;
}

std::string message(std::size_t size, unsigned seed) {
  std::string bytes(size, '\0');
  for (auto& byte : bytes) {
    seed = seed * 1664525U + 1013904223U;
    byte = static_cast<char>(seed >> 24);
  }
  return bytes;
}

TEST_CASE("a pair has the digests of its messages, around every edge of a block") {
  if (!can_hash_pairs()) return;  // OpenSSL does all on this processor
  for (const std::size_t size :
       {0U, 1U, 3U, 55U, 56U, 57U, 63U, 64U, 65U, 119U, 120U, 127U, 128U, 129U, 16'384U})
    for (unsigned seed = 1; seed < 4; ++seed) {
      CAPTURE(size, seed);
      const auto first = message(size, seed);
      const auto second = message(size, seed + 100);
      const auto both = sha256_pair(first.data(), second.data(), size);
      CHECK(both[0] == by_openssl(first));
      CHECK(both[1] == by_openssl(second));
      CHECK(sha256_pair(first.data(), first.data(), size)[1] == both[0]);
    }
}

}  // namespace
}  // namespace swapmeet::transfer_swarm
