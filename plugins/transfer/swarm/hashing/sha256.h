// SHA-256 over many small things: what is costly about beginning to hash is done once, and two are
// hashed at a time where the processor can do that; OpenSSL does the rest.
// Threads: a Sha256 is for one thread at a time.
#pragma once

#include <openssl/types.h>

#include <array>
#include <cstddef>
#include <memory>

#include "transfer/swarm/hashing/sha256_pair.h"

namespace swapmeet::transfer_swarm {

enum class HashWith { fastest, openssl };  // the second: what the first is tested against

class Sha256 {
 public:
  // Throws std::runtime_error when OpenSSL does not have it.
  explicit Sha256(HashWith with = HashWith::fastest);
  NodeHash operator()(const void* bytes, std::size_t size);
  // Of two things of the same size.
  std::array<NodeHash, 2> two(const void* first, const void* second, std::size_t size);

 private:
  struct Free {
    void operator()(EVP_MD_CTX* context) const;
  };
  std::unique_ptr<EVP_MD_CTX, Free> context_;
  bool pairs_;
};

}  // namespace swapmeet::transfer_swarm
