#include "host/auth/ticket_signer.h"

#include <algorithm>
#include <system_error>

#include "host/auth/names.h"
#include "host/auth/sodium.h"
#include "swapmeet/random.h"
#include "swapmeet/secret_file.h"
#include "swapmeet/wire/ticket.h"

namespace swapmeet {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

constexpr milliseconds kTicketLength = std::chrono::minutes(10);
constexpr milliseconds kLongestTicket = std::chrono::hours(1);
// Which of the keys that the secret stands for: peers know its public half. (1 once signed
// sessions.)
constexpr std::uint64_t kKeyOfTickets = 2;

const unsigned char* bytes_of(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// What version 0.1 kept is moved, and not copied: whoever removes the key wants a new one.
Result<void> take_over(const fs::path& old, const fs::path& file) {
  std::error_code error;
  if (fs::exists(file, error) || !fs::exists(old, error)) return {};
  fs::rename(old, file, error);
  if (!error) return {};
  return unavailable(old.string() + " cannot be moved to " + file.string() + ": " +
                     error.message());
}

}  // namespace

fs::path TicketSigner::key_file(const fs::path& data) { return data / "ticket.key"; }

Result<std::unique_ptr<TicketSigner>> TicketSigner::open(const fs::path& data, Clock& clock) {
  const auto file = key_file(data);
  if (auto taken = take_over(data / "auth.accounts" / "secret.key", file); !taken)
    return std::move(taken).error();
  if (auto made = read_or_make_secret(file, random_hex(32)); !made) return std::move(made).error();
  auto secret = read_secret(file);  // nobody else may read it, whoever made it
  if (!secret) return std::move(secret).error();
  auto signer = with_secret(*secret, clock);
  if (!signer) return corrupt(file.string() + ": " + signer.error().message);
  return signer;
}

Result<std::unique_ptr<TicketSigner>> TicketSigner::with_secret(const std::string& secret,
                                                                Clock& clock) {
  static_assert(crypto_kdf_KEYBYTES == 32);
  static_assert(crypto_sign_SECRETKEYBYTES == sizeof key_);
  static_assert(crypto_sign_PUBLICKEYBYTES == sizeof public_key_);
  start_sodium();
  std::array<unsigned char, crypto_kdf_KEYBYTES> master{};
  std::size_t size = 0;
  if (sodium_hex2bin(master.data(), master.size(), secret.data(), secret.size(), nullptr, &size,
                     nullptr) != 0 ||
      size != master.size())
    return corrupt("the secret is not 64 hex digits; restore it from a backup");
  std::array<unsigned char, crypto_sign_SEEDBYTES> seed{};
  crypto_kdf_derive_from_key(seed.data(), seed.size(), kKeyOfTickets, "swapmeet", master.data());
  std::unique_ptr<TicketSigner> signer(new TicketSigner(clock));
  crypto_sign_seed_keypair(signer->public_key_.data(), signer->key_.data(), seed.data());
  return signer;
}

Result<std::string> TicketSigner::issue(const TicketClaims& claims) {
  const auto now = clock_.now();
  auto granted = claims;
  if (claims.expires == Time{}) granted.expires = now + kTicketLength;
  granted.expires = std::min(granted.expires, Time(now + kLongestTicket));
  if (!granted.account.empty() && !is_account_name(granted.account))
    return invalid_argument("there can be no account of that name");
  wire::SignedTicket ticket{wire::ticket_body(granted), std::string(crypto_sign_BYTES, '\0')};
  crypto_sign_detached(reinterpret_cast<unsigned char*>(ticket.signature.data()), nullptr,
                       bytes_of(ticket.body), ticket.body.size(), key_.data());
  return wire::ticket_text(ticket);
}

Result<TicketClaims> TicketSigner::check_ticket(std::string_view text) {
  const auto ticket = wire::signed_ticket_from(text);
  std::optional<TicketClaims> claims;
  if (ticket && crypto_sign_verify_detached(bytes_of(ticket->signature), bytes_of(ticket->body),
                                            ticket->body.size(), public_key_.data()) == 0)
    claims = wire::ticket_claims_from(ticket->body);
  if (!claims) return unauthenticated("the ticket is not from here, or was changed");
  if (claims->expires <= clock_.now())
    return not_allowed("the ticket has run out; ask the index for a new one");
  return std::move(*claims);
}

}  // namespace swapmeet
