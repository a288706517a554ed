#include "host/auth/attempts.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "host/auth/sodium.h"

namespace swapmeet {
namespace {

using std::chrono::seconds;

constexpr seconds kLongestForAccount{60};
constexpr seconds kLongestForAddress{15 * 60};
constexpr seconds kForgotten{15 * 60};

seconds pause_after(int failures, int free, seconds longest) {
  if (failures < free) return seconds(0);
  const int doublings = std::min(failures - free, 20);
  return std::min(seconds(1LL << doublings), longest);
}

}  // namespace

Attempts::Attempts(Clock& clock, const AttemptLimits& limits) : clock_(clock), limits_(limits) {
  static_assert(crypto_shorthash_KEYBYTES == sizeof salt_);
  start_sodium();
  randombytes_buf(salt_.data(), salt_.size());
}

Attempts::Tally& Attempts::at(Table& table, std::string_view name) const {
  std::array<unsigned char, crypto_shorthash_BYTES> hash{};
  crypto_shorthash(hash.data(), reinterpret_cast<const unsigned char*>(name.data()), name.size(),
                   salt_.data());
  std::uint64_t number = 0;
  std::memcpy(&number, hash.data(), sizeof number);
  return table[number % table.size()];
}

Result<void> Attempts::begin(std::string_view account, std::string_view address) {
  const std::lock_guard lock(mutex_);
  const auto now = clock_.steady();
  auto& of_account = at(*accounts_, account);
  auto& of_address = at(*addresses_, counted_address(address));
  for (auto* tally : {&of_account, &of_address})
    if (now - tally->last > kForgotten) *tally = Tally{0, now, now};
  const bool count_address = limits_.per_address > 0;
  const auto next = count_address ? std::max(of_account.next, of_address.next) : of_account.next;
  if (next > now) {
    const auto wait = std::chrono::ceil<seconds>(next - now);
    return Error{ErrorCode::too_many,
                 "too many failed log-ins; try again in " + std::to_string(wait.count()) +
                     (wait == seconds(1) ? " second" : " seconds"),
                 {},
                 wait};
  }
  const auto count = [&](Tally& tally, int free, seconds longest) {
    tally.last = now;
    tally.next = now + pause_after(++tally.failures, free, longest);
  };
  count(of_account, limits_.per_account, kLongestForAccount);
  if (count_address) count(of_address, limits_.per_address, kLongestForAddress);
  return {};
}

void Attempts::succeeded(std::string_view account, std::string_view address) {
  const std::lock_guard lock(mutex_);
  at(*accounts_, account) = {};
  // Only this one: who has an account of their own must not wipe out what they tried on others.
  take_back(at(*addresses_, counted_address(address)), limits_.per_address);
}

void Attempts::withdrawn(std::string_view account, std::string_view address) {
  const std::lock_guard lock(mutex_);
  take_back(at(*accounts_, account), limits_.per_account);
  take_back(at(*addresses_, counted_address(address)), limits_.per_address);
}

void Attempts::take_back(Tally& tally, int free) {
  tally.failures = std::max(tally.failures - 1, 0);
  if (tally.failures < free) tally.next = {};
}

void Attempts::set_limits(const AttemptLimits& limits) {
  const std::lock_guard lock(mutex_);
  limits_ = limits;
}

std::string counted_address(std::string_view address) {
  std::string text(address);
  std::array<unsigned char, 16> bytes{};
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) return text;
  constexpr std::array<unsigned char, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (std::equal(kMapped.begin(), kMapped.end(), bytes.begin())) return text;
  return {bytes.begin(), bytes.begin() + 8};
}

}  // namespace swapmeet
