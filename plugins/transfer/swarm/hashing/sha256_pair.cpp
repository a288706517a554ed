#include "transfer/swarm/hashing/sha256_pair.h"

#ifdef __x86_64__
#include <cpuid.h>
#include <immintrin.h>

#include <cstring>

// Only what is marked so uses the instructions: the rest runs on processors without them.
#define SHA_INSTRUCTIONS __attribute__((target("sha,sse4.1,ssse3")))
#endif

namespace swapmeet::transfer_swarm {

#ifdef __x86_64__
namespace {

constexpr std::size_t kChunk = 64;
constexpr std::size_t kLanes = 2;

// FIPS 180-4, 4.2.2
alignas(16) constexpr std::uint32_t kRounds[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

// The state as the instructions want it: words a b e f, and c d g h, highest first.
struct Lane {
  __m128i abef;
  __m128i cdgh;
};

SHA_INSTRUCTIONS Lane first_state() {
  return {_mm_set_epi32(0x6a09e667, static_cast<int>(0xbb67ae85), 0x510e527f,
                        static_cast<int>(0x9b05688c)),
          _mm_set_epi32(0x3c6ef372, static_cast<int>(0xa54ff53a), 0x1f83d9ab, 0x5be0cd19)};
}

SHA_INSTRUCTIONS NodeHash hash_of(const Lane& lane) {
  const auto swap =
      _mm_set_epi8(12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3);  // big-endian words
  const auto feba = _mm_shuffle_epi32(lane.abef, 0x1b);
  const auto dchg = _mm_shuffle_epi32(lane.cdgh, 0xb1);
  NodeHash hash;
  _mm_storeu_si128(reinterpret_cast<__m128i*>(hash.data()),
                   _mm_shuffle_epi8(_mm_blend_epi16(feba, dchg, 0xf0), swap));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(hash.data() + 16),
                   _mm_shuffle_epi8(_mm_alignr_epi8(dchg, feba, 8), swap));
  return hash;
}

// So many chunks of each message. Each step is done for both lanes before the next.
SHA_INSTRUCTIONS void compress(Lane (&lanes)[kLanes], const std::uint8_t* const (&messages)[kLanes],
                               std::size_t chunks) {
  const auto swap = _mm_set_epi8(12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3);
  for (std::size_t chunk = 0; chunk < chunks; ++chunk) {
    const Lane before[kLanes] = {lanes[0], lanes[1]};
    __m128i words[kLanes][4];
#pragma GCC unroll 16
    for (std::size_t four = 0; four < 16; ++four) {  // rounds
      const auto constants = _mm_load_si128(reinterpret_cast<const __m128i*>(kRounds + 4 * four));
#pragma GCC unroll 2
      for (std::size_t i = 0; i < kLanes; ++i) {
        auto& word = words[i][four % 4];
        if (four < 4) {
          const auto* at = messages[i] + chunk * kChunk + 16 * four;
          word = _mm_shuffle_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at)), swap);
        } else {
          const auto last = words[i][(four + 3) % 4];
          const auto seventh = _mm_alignr_epi8(last, words[i][(four + 2) % 4], 4);
          const auto sum =
              _mm_add_epi32(_mm_sha256msg1_epu32(word, words[i][(four + 1) % 4]), seventh);
          word = _mm_sha256msg2_epu32(sum, last);
        }
        const auto added = _mm_add_epi32(word, constants);
        lanes[i].cdgh = _mm_sha256rnds2_epu32(lanes[i].cdgh, lanes[i].abef, added);
        lanes[i].abef =
            _mm_sha256rnds2_epu32(lanes[i].abef, lanes[i].cdgh, _mm_shuffle_epi32(added, 0x0e));
      }
    }
    for (std::size_t i = 0; i < kLanes; ++i) {
      lanes[i].abef = _mm_add_epi32(lanes[i].abef, before[i].abef);
      lanes[i].cdgh = _mm_add_epi32(lanes[i].cdgh, before[i].cdgh);
    }
  }
}

bool cpu_has_them() {
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  if (__get_cpuid(1, &a, &b, &c, &d) == 0 || (c & bit_SSSE3) == 0 || (c & bit_SSE4_1) == 0)
    return false;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b & bit_SHA) != 0;
}

}  // namespace

bool can_hash_pairs() {
  static const bool can = cpu_has_them();
  return can;
}

SHA_INSTRUCTIONS std::array<NodeHash, 2> sha256_pair(const void* first, const void* second,
                                                     std::size_t size) {
  const std::uint8_t* const messages[kLanes] = {static_cast<const std::uint8_t*>(first),
                                                static_cast<const std::uint8_t*>(second)};
  Lane lanes[kLanes] = {first_state(), first_state()};
  compress(lanes, messages, size / kChunk);

  // What is left of the messages, a one bit, zeros, and the length in bits.
  const auto left = size % kChunk;
  const std::size_t end = left < kChunk - 8 ? kChunk : 2 * kChunk;
  std::uint8_t rest[kLanes][2 * kChunk] = {};
  for (std::size_t i = 0; i < kLanes; ++i) {
    if (left > 0) std::memcpy(rest[i], messages[i] + size - left, left);
    rest[i][left] = 0x80;
    for (std::size_t byte = 0; byte < 8; ++byte)
      rest[i][end - 1 - byte] =
          static_cast<std::uint8_t>((static_cast<std::uint64_t>(size) * 8) >> (8 * byte));
  }
  compress(lanes, {rest[0], rest[1]}, end / kChunk);
  return {hash_of(lanes[0]), hash_of(lanes[1])};
}

#else

bool can_hash_pairs() { return false; }
std::array<NodeHash, 2> sha256_pair(const void*, const void*, std::size_t) { return {}; }

#endif

}  // namespace swapmeet::transfer_swarm
