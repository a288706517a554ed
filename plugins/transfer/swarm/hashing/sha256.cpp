#include "transfer/swarm/hashing/sha256.h"

#include <openssl/evp.h>

#include <stdexcept>

namespace swapmeet::transfer_swarm {
namespace {

void check(int good) {
  if (good != 1) throw std::runtime_error("SHA-256 is not available in OpenSSL");
}

}  // namespace

void Sha256::Free::operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }

Sha256::Sha256(HashWith with)
    : context_(EVP_MD_CTX_new()), pairs_(with == HashWith::fastest && can_hash_pairs()) {
  check(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr));
}

NodeHash Sha256::operator()(const void* bytes, std::size_t size) {
  NodeHash hash;
  // Without a name the context keeps its implementation: looking it up takes as long as two nodes.
  check(EVP_DigestInit_ex(context_.get(), nullptr, nullptr));
  check(EVP_DigestUpdate(context_.get(), bytes, size));
  check(EVP_DigestFinal_ex(context_.get(), hash.data(), nullptr));
  return hash;
}

std::array<NodeHash, 2> Sha256::two(const void* first, const void* second, std::size_t size) {
  if (pairs_) return sha256_pair(first, second, size);
  return {(*this)(first, size), (*this)(second, size)};
}

}  // namespace swapmeet::transfer_swarm
