// Who brings a ticket of a peer's index is known by the account and the groups that stand in it.
// Only the index can make tickets; its public key checks them.
// Threads: thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "swapmeet/tickets.h"
#include "swapmeet/time.h"

namespace swapmeet::auth_ticket {

class IndexTickets : public TicketChecker {
 public:
  using Key = std::array<std::uint8_t, 32>;  // TicketIssuer::ticket_key

  // The clock must outlive it.
  explicit IndexTickets(Clock& clock) : clock_(clock) {}
  // One from the disk may be an old one: the index is asked all the same.
  enum class Origin { index, disk };
  void set_key(const Key& key, Origin origin = Origin::index);
  // There is none yet, or a ticket came that it does not fit: the index may have another by now.
  bool wants_key() const;

  Result<TicketClaims> check_ticket(std::string_view ticket) override;

 private:
  Clock& clock_;
  mutable std::mutex mutex_;  // guards all below
  std::optional<Key> key_;
  bool in_doubt_ = false;
};

}  // namespace swapmeet::auth_ticket
