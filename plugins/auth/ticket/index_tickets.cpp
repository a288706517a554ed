#include "auth/ticket/index_tickets.h"

#include <sodium.h>

#include "swapmeet/wire/ticket.h"

namespace swapmeet::auth_ticket {
namespace {

static_assert(crypto_sign_PUBLICKEYBYTES == sizeof(IndexTickets::Key));

const unsigned char* bytes_of(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

bool is_signed(const wire::SignedTicket& ticket, const IndexTickets::Key& key) {
  return ticket.signature.size() == crypto_sign_BYTES &&
         crypto_sign_verify_detached(bytes_of(ticket.signature), bytes_of(ticket.body),
                                     ticket.body.size(), key.data()) == 0;
}

Error not_from_the_index() {
  return {
      ErrorCode::unauthenticated, "the ticket is not from this peer's index, or was changed", {}};
}

}  // namespace

void IndexTickets::set_key(const Key& key, Origin origin) {
  const std::lock_guard lock(mutex_);
  key_ = key;
  in_doubt_ = origin == Origin::disk;
}

bool IndexTickets::wants_key() const {
  const std::lock_guard lock(mutex_);
  return !key_ || in_doubt_;
}

Result<TicketClaims> IndexTickets::check_ticket(std::string_view ticket) {
  const auto parts = wire::signed_ticket_from(ticket);
  if (!parts) return not_from_the_index();
  std::optional<Key> key;
  {
    const std::lock_guard lock(mutex_);
    key = key_;
  }
  if (!key)
    return Error{ErrorCode::unavailable,
                 "this peer has not learned yet how its index signs tickets; try again soon",
                 {}};
  auto claims = is_signed(*parts, *key) ? wire::ticket_claims_from(parts->body) : std::nullopt;
  if (!claims) {
    const std::lock_guard lock(mutex_);
    in_doubt_ = true;
    return not_from_the_index();
  }
  if (claims->expires <= clock_.now())
    return Error{ErrorCode::not_allowed, "the ticket has run out; ask the index for a new one", {}};
  return std::move(*claims);
}

}  // namespace swapmeet::auth_ticket
