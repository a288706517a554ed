#include "auth/accounts/signer.h"

#include <sodium.h>

#include <algorithm>
#include <stdexcept>

#include "swapmeet/wire/ticket.h"

namespace swapmeet::auth_accounts {
namespace {

constexpr char kSession = 1;  // the first byte of one; tickets have other keys besides
constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
constexpr std::size_t kSessionSize = 1 + 3 * 8;
constexpr std::size_t kLongestText = 512;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string to_text(const std::string& bytes) {
  std::string text(sodium_base64_ENCODED_LEN(bytes.size(), kVariant), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes_of(bytes), bytes.size(), kVariant);
  text.pop_back();  // the zero at its end
  return text;
}

std::optional<std::string> to_bytes(std::string_view text) {
  if (text.size() > kLongestText) return std::nullopt;
  std::string bytes(text.size(), '\0');
  std::size_t size = 0;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                        text.size(), nullptr, &size, nullptr, kVariant) != 0)
    return std::nullopt;
  bytes.resize(size);
  // libsodium takes some bytes beyond ASCII for '_': only the one right form of a token is a token.
  if (to_text(bytes) != text) return std::nullopt;
  return bytes;
}

void put(std::string& out, std::int64_t number) {
  for (int shift = 56; shift >= 0; shift -= 8)
    out += static_cast<char>(static_cast<std::uint64_t>(number) >> shift);
}

std::int64_t number_at(std::string_view bytes, std::size_t at) {
  std::uint64_t number = 0;
  for (const char c : bytes.substr(at, 8)) number = number << 8 | static_cast<unsigned char>(c);
  return static_cast<std::int64_t>(number);
}

Time time_at(std::string_view bytes, std::size_t at) {
  return Time(std::chrono::milliseconds(number_at(bytes, at)));
}

std::array<unsigned char, 32> derive(const std::array<unsigned char, 32>& secret, int number) {
  static_assert(crypto_kdf_KEYBYTES == 32);
  std::array<unsigned char, 32> key{};
  crypto_kdf_derive_from_key(key.data(), key.size(), static_cast<std::uint64_t>(number), "swapmeet",
                             secret.data());
  return key;
}

}  // namespace

void start_sodium() {
  if (sodium_init() < 0) throw std::runtime_error("libsodium does not start");
}

Signer::Signer(const std::string& secret) {
  static_assert(crypto_auth_KEYBYTES == sizeof session_key_);
  static_assert(crypto_sign_SECRETKEYBYTES == sizeof ticket_key_);
  static_assert(crypto_sign_PUBLICKEYBYTES == sizeof ticket_public_key_);
  start_sodium();
  std::array<unsigned char, 32> master{};
  std::size_t size = 0;
  if (sodium_hex2bin(master.data(), master.size(), secret.data(), secret.size(), nullptr, &size,
                     nullptr) != 0 ||
      size != master.size())
    throw std::invalid_argument("the secret is not 64 hex digits");
  session_key_ = derive(master, 1);
  const auto seed = derive(master, 2);
  crypto_sign_seed_keypair(ticket_public_key_.data(), ticket_key_.data(), seed.data());
}

std::string Signer::session(const SessionClaims& claims) const {
  std::string bytes(1, kSession);
  put(bytes, claims.account);
  put(bytes, claims.epoch);
  put(bytes, claims.expires.time_since_epoch().count());
  std::array<unsigned char, crypto_auth_BYTES> mac{};
  crypto_auth(mac.data(), bytes_of(bytes), bytes.size(), session_key_.data());
  return to_text(bytes.append(mac.begin(), mac.end()));
}

std::optional<SessionClaims> Signer::read_session(std::string_view token) const {
  const auto bytes = to_bytes(token);
  if (!bytes || bytes->size() != kSessionSize + crypto_auth_BYTES || bytes->front() != kSession)
    return std::nullopt;
  if (crypto_auth_verify(bytes_of(*bytes) + kSessionSize, bytes_of(*bytes), kSessionSize,
                         session_key_.data()) != 0)
    return std::nullopt;
  return SessionClaims{number_at(*bytes, 1), number_at(*bytes, 9), time_at(*bytes, 17)};
}

std::string Signer::ticket(const TicketClaims& claims) const {
  wire::SignedTicket ticket{wire::ticket_body(claims), std::string(crypto_sign_BYTES, '\0')};
  crypto_sign_detached(reinterpret_cast<unsigned char*>(ticket.signature.data()), nullptr,
                       bytes_of(ticket.body), ticket.body.size(), ticket_key_.data());
  return wire::ticket_text(ticket);
}

std::optional<TicketClaims> Signer::read_ticket(std::string_view text) const {
  const auto ticket = wire::signed_ticket_from(text);
  if (!ticket || crypto_sign_verify_detached(bytes_of(ticket->signature), bytes_of(ticket->body),
                                             ticket->body.size(), ticket_public_key_.data()) != 0)
    return std::nullopt;
  return wire::ticket_claims_from(ticket->body);
}

}  // namespace swapmeet::auth_accounts
