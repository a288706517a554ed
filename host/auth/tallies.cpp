#include "host/auth/tallies.h"

#include <algorithm>
#include <cstring>

#include "host/auth/sodium.h"

namespace swapmeet {
namespace {
constexpr std::size_t kNear = 8;  // places that one may stand at
}

Tallies::Tallies(std::size_t places) : places_(places) {
  static_assert(crypto_shorthash_KEYBYTES == sizeof salt_);
  start_sodium();
  randombytes_buf(salt_.data(), salt_.size());
}

Tally& Tallies::at(std::string_view who, Instant now, std::chrono::seconds forgotten) {
  std::array<unsigned char, crypto_shorthash_BYTES> hash{};
  crypto_shorthash(hash.data(), reinterpret_cast<const unsigned char*>(who.data()), who.size(),
                   salt_.data());
  std::uint64_t digest = 0;
  std::memcpy(&digest, hash.data(), sizeof digest);
  digest = std::max<std::uint64_t>(digest, 1);
  const auto first =
      places_.begin() + static_cast<std::ptrdiff_t>(digest % (places_.size() / kNear) * kNear);
  const auto last = first + kNear;
  auto place = std::find_if(first, last, [&](const Tally& one) { return one.who == digest; });
  if (place != last && now - place->last <= forgotten) return *place;
  if (place == last)
    place = std::min_element(first, last, [](const Tally& one, const Tally& other) {
      return (one.who != 0 ? one.last : Instant::min()) <
             (other.who != 0 ? other.last : Instant::min());
    });
  *place = {.who = digest, .last = now, .next = now};
  return *place;
}

}  // namespace swapmeet
