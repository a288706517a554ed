#include "swapmeet/digest.h"

#include <openssl/sha.h>

#include <cstdint>

#include "swapmeet/id.h"

namespace swapmeet {

static_assert(kSha256Size == SHA256_DIGEST_LENGTH);

std::string sha256(std::string_view bytes) {
  std::string digest(kSha256Size, '\0');
  ::SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
           reinterpret_cast<unsigned char*>(digest.data()));
  return digest;
}

std::string sha256_hex(std::string_view bytes) {
  const auto digest = sha256(bytes);
  return to_hex(reinterpret_cast<const std::uint8_t*>(digest.data()), digest.size());
}

}  // namespace swapmeet
