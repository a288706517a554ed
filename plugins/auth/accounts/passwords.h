// Hashes and checks passwords with Argon2id (RFC 9106; libsodium's crypto_pwhash_str). Each hash
// takes `memory` bytes for a moment, so only so many run at once; who finds no slot free waits, in
// the order of coming. The host lets few log in at once, so that never many wait here. Threads:
// thread-safe. Slots must not outlive the Passwords.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "swapmeet/result.h"

namespace swapmeet::auth_accounts {

struct PasswordCost {
  std::uint64_t memory = 64 << 20;  // bytes
  std::uint64_t passes = 2;
  int slots = 2;
};

class Passwords {
 public:
  explicit Passwords(const PasswordCost& cost);

  class Slot {
   public:
    explicit Slot(Passwords* passwords) : passwords_(passwords) {}
    Slot(Slot&& other) noexcept : passwords_(std::exchange(other.passwords_, nullptr)) {}
    Slot& operator=(Slot&&) = delete;
    ~Slot();

    // `unavailable`: the system has not the memory.
    Result<std::string> hash(std::string_view password) const;
    bool verify(const std::string& hash, std::string_view password) const;
    // Made with another cost than the present one.
    bool is_outdated(const std::string& hash) const;

   private:
    Passwords* passwords_;
  };
  Slot take_slot();
  void set_cost(const PasswordCost& cost);

 private:
  PasswordCost cost() const;

  mutable std::mutex mutex_;
  PasswordCost cost_;
  std::condition_variable freed_;
  int taken_ = 0;
  std::uint64_t numbers_ = 0;  // of those who wait
  std::uint64_t turn_ = 0;     // who of them is next
};

}  // namespace swapmeet::auth_accounts
