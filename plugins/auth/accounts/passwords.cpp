#include "auth/accounts/passwords.h"

#include <sodium.h>

#include <array>
#include <stdexcept>

namespace swapmeet::auth_accounts {

Passwords::Passwords(const PasswordCost& cost) : cost_(cost) {
  if (sodium_init() < 0) throw std::runtime_error("libsodium does not start");
}

Passwords::Slot Passwords::take_slot() {
  std::unique_lock lock(mutex_);
  const auto number = numbers_++;
  freed_.wait(lock, [&] { return turn_ == number && taken_ < cost_.slots; });
  ++turn_;
  ++taken_;
  freed_.notify_all();  // there may be one for the next as well
  return Slot(this);
}

Passwords::Slot::~Slot() {
  if (!passwords_) return;
  const std::lock_guard lock(passwords_->mutex_);
  --passwords_->taken_;
  passwords_->freed_.notify_all();
}

void Passwords::set_cost(const PasswordCost& cost) {
  const std::lock_guard lock(mutex_);
  cost_ = cost;
  freed_.notify_all();
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
