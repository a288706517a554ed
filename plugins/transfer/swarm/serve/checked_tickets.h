// Who asks for a content: the account and groups of the ticket that the request carries as
// "Authorization: Bearer …", if that is one of this host's index for this content. Tickets that
// were checked are kept until they run out, for a reader shows the same one with every range.
// A ticket opens what is not for everyone when it is for this host alone and came over TLS: one
// that others have seen, or could have, opens nothing. Threads: thread-safe.
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

struct Reader {
  Identity who;
  bool is_proved = false;

  // Here alone it is decided who is given a content.
  bool may_have(const Audience& audience) const {
    return audience.everyone || (is_proved && audience.admits(who));
  }
};
// As far as the listener knows.
Reader unticketed(const http::Request& request);

class CheckedTickets {
 public:
  // `self`: this host. `find`: who checks tickets, now; nullptr: nobody does. The clock must
  // outlive it.
  CheckedTickets(Clock& clock, PeerId self, std::function<TicketChecker*()> find)
      : clock_(clock), self_(self), find_(std::move(find)) {}

  // Whoever brings no ticket, or one that is none, is who the listener says: a guest.
  Reader who(const http::Request& request, const ContentId& content);
  // The same without any work; nullopt: the ticket has to be checked first.
  std::optional<Reader> known(const http::Request& request, const ContentId& content);

 private:
  Reader holder(const TicketClaims& claims, const http::Request& request,
                const ContentId& content) const;
  std::optional<TicketClaims> find(const std::string& ticket);
  void keep(const std::string& ticket, const TicketClaims& claims);

  Clock& clock_;
  const PeerId self_;
  const std::function<TicketChecker*()> find_;
  std::mutex mutex_;  // guards all below
  std::map<std::string, TicketClaims> checked_;
};

}  // namespace swapmeet::transfer_swarm
