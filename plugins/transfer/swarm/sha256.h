// SHA-256 over many small things: what is costly about beginning to hash is done once.
// Threads: a Sha256 is for one thread at a time.
#pragma once

#include <openssl/types.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace swapmeet::swarm {

using NodeHash = std::array<std::uint8_t, 32>;

class Sha256 {
 public:
  Sha256();  // throws std::runtime_error when OpenSSL does not have it
  NodeHash operator()(const void* bytes, std::size_t size);

 private:
  struct Free {
    void operator()(EVP_MD_CTX* context) const;
  };
  std::unique_ptr<EVP_MD_CTX, Free> context_;
};

}  // namespace swapmeet::swarm
