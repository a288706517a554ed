// Who asks for a content: the account and groups of the ticket that the request carries as
// "Authorization: Bearer …", if that is one of this host's index for this content. Tickets that
// were checked are kept until they run out, for a reader shows the same one with every range.
// Threads: thread-safe.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "swapmeet/host.h"
#include "swapmeet/http.h"
#include "swapmeet/tickets.h"

namespace swapmeet::transfer_swarm {

class CheckedTickets {
 public:
  // `find`: who checks tickets, now; nullptr: nobody does. The clock must outlive it.
  CheckedTickets(Clock& clock, std::function<TicketChecker*()> find)
      : clock_(clock), find_(std::move(find)) {}

  // Whoever brings no ticket, or one that is none, is who the listener says: a guest.
  Identity who(const http::Request& request, const ContentId& content);
  // The same without any work; nullopt: the ticket has to be checked first.
  std::optional<Identity> known(const http::Request& request, const ContentId& content);

 private:
  std::optional<TicketClaims> find(const std::string& ticket);
  void keep(const std::string& ticket, const TicketClaims& claims);

  Clock& clock_;
  const std::function<TicketChecker*()> find_;
  std::mutex mutex_;  // guards all below
  std::map<std::string, TicketClaims> checked_;
};

}  // namespace swapmeet::transfer_swarm
