// The sections of the registry contract: of its peers (registry_peers.cpp), of what they announce
// (registry_listings.cpp), and of its feed (registry_feed.cpp).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "is_error.h"
#include "samples.h"
#include "swapmeet/testing/catch.h"
#include "swapmeet/testing/registry_contract.h"

namespace swapmeet::testing {

inline const std::string kToken(40, 't');
inline const std::string kOtherToken(40, 'o');

inline Enrollment enrollment_of(unsigned number, const std::string& name) {
  return {.id = peer_number(number),
          .name = name,
          .address = "192.0.2." + std::to_string(number),
          .port = 6699,
          .dialable = true,
          .token = kToken};
}

// Proves the address that the peer announced. False: this registry wants no proof.
bool answers_there(Registry& registry, const PeerId& peer);
// Registers, must be let in, and proves its address.
Enrolled enroll(Registry& registry, const Enrollment& enrollment);
Enrolled enroll(Registry& registry, unsigned number, const std::string& name);
// Announces what follows from `base`, up to `base` + 10, and must be let.
void announce(Registry& registry, unsigned number, Revision base, std::vector<Change> changes);
// All pages of what `ask` answers, `limit` at a time; none longer, none but the last empty.
template <class Item>
std::vector<Item> all_pages(std::size_t limit,
                            const std::function<Result<Page<Item>>(const PageRequest&)>& ask) {
  std::vector<Item> all;
  PageRequest request{limit, ""};
  do {
    const auto page = ask(request);
    REQUIRE(page.ok());
    REQUIRE(page->items.size() <= limit);
    REQUIRE((page->next.empty() || !page->items.empty()));
    all.insert(all.end(), page->items.begin(), page->items.end());
    request.after = page->next;
  } while (!request.after.empty());
  return all;
}
std::vector<PeerRecord> all_peers(Registry& registry, PeerQuery query, std::size_t limit);
std::vector<Listing> all_listings(Registry& registry, unsigned number, BrowseQuery query,
                                  std::size_t limit, const Identity& viewer = {});

void check_enrolling(RegistrySubject& subject);
void check_ownership(RegistrySubject& subject);
void check_validation(RegistrySubject& subject);
void check_presence(RegistrySubject& subject);
void check_reach(RegistrySubject& subject);
void check_peers(RegistrySubject& subject);
void check_announcing(RegistrySubject& subject);
void check_refusals(RegistrySubject& subject);
void check_browsing(RegistrySubject& subject);
void check_levels(RegistrySubject& subject);
void check_contents(RegistrySubject& subject);
void check_audience(RegistrySubject& subject);
void check_restart(RegistrySubject& subject);
void check_feed(RegistrySubject& subject);
void check_wake_up(RegistrySubject& subject);
void check_random(RegistrySubject& subject);

}  // namespace swapmeet::testing
