#include "auth/accounts/passwords.h"

#include <sodium.h>

#include <array>
#include <stdexcept>

namespace swapmeet::auth_accounts {

Passwords::Passwords(const PasswordCost& cost) : cost_(cost) {
  if (sodium_init() < 0) throw std::runtime_error("libsodium does not start");
}

Result<Passwords::Slot> Passwords::take_slot() {
  const std::lock_guard lock(mutex_);
  if (taken_ >= cost_.slots)
    return Error{ErrorCode::too_many,
                 "many log in at this moment; try again in a second",
                 {},
                 std::chrono::seconds(1)};
  ++taken_;
  return Slot(this);
}

Passwords::Slot::~Slot() {
  if (!passwords_) return;
  const std::lock_guard lock(passwords_->mutex_);
  --passwords_->taken_;
}

void Passwords::set_cost(const PasswordCost& cost) {
  const std::lock_guard lock(mutex_);
  cost_ = cost;
}

PasswordCost Passwords::cost() const {
  const std::lock_guard lock(mutex_);
  return cost_;
}

Result<std::string> Passwords::Slot::hash(std::string_view password) const {
  const auto cost = passwords_->cost();
  std::array<char, crypto_pwhash_STRBYTES> text{};
  if (crypto_pwhash_str(text.data(), password.data(), password.size(), cost.passes,
                        static_cast<std::size_t>(cost.memory)) != 0)
    return Error{ErrorCode::unavailable,
                 "there is not enough memory to hash a password; lower [auth] password_memory",
                 {}};
  return std::string(text.data());
}

bool Passwords::Slot::verify(const std::string& hash, std::string_view password) const {
  return crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
}

bool Passwords::Slot::is_outdated(const std::string& hash) const {
  const auto cost = passwords_->cost();
  return crypto_pwhash_str_needs_rehash(hash.c_str(), cost.passes,
                                        static_cast<std::size_t>(cost.memory)) != 0;
}

}  // namespace swapmeet::auth_accounts
