// Hashes and checks passwords with Argon2id (RFC 9106; libsodium's crypto_pwhash_str). Each hash
// takes `memory` bytes for a moment, so only so many run at once: who finds no slot free is turned
// away, and a flood of log-ins exhausts neither memory nor threads.
// Threads: thread-safe. Slots must not outlive the Passwords.
#pragma once

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
  // `too_many`: all slots are taken.
  Result<Slot> take_slot();
  void set_cost(const PasswordCost& cost);

 private:
  PasswordCost cost() const;

  mutable std::mutex mutex_;
  PasswordCost cost_;
  int taken_ = 0;
};

}  // namespace swapmeet::auth_accounts
