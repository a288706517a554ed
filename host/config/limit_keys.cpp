// The keys of [limits]: what one asker may do, which is an account or all guests at one address,
// and what all together may. host/limits holds requests to them.
#include <array>

#include "host/config/config.h"

namespace swapmeet {
namespace {

constexpr KeySpec number_key(const char* name, const char* default_value, const char* help) {
  return at_once({name, KeyType::integer, default_value, "0", "1000000000", help});
}
constexpr std::array kLimitKeys{
    number_key("registrations", "3000",
               "Registrations a minute of one account, or of all guests at one address (of IPv6, "
               "one /64). Here and below, 0 is any number, for an index behind a proxy."),
    number_key("registrations_in_all", "30000", "The same of all together."),
    number_key("new_peers", "100",
               "Peers an hour that one account or address registers for the first time."),
    number_key("new_peers_in_all", "20000", "The same of all together."),
    number_key("announcements", "30000", "Announcements a minute of one account or address."),
    number_key("announcements_in_all", "200000", "The same of all together."),
    number_key("changes", "1500000",
               "Changes of listings a minute that one account or address announces."),
    number_key("changes_in_all", "6000000", "The same of all together."),
    number_key("searches", "6000", "Searches and suggestions a minute of one account or address."),
    number_key("searches_in_all", "300000", "The same of all together."),
    number_key("watches", "100", "Saved searches that one account or address may have."),
    number_key("watches_in_all", "20000", "The same of all together."),
    number_key("new_watches", "600", "Saved searches a minute that one account or address makes."),
    number_key("new_watches_in_all", "12000", "The same of all together."),
    number_key("streams", "64", "Streams of events that one account or address may have open."),
    number_key("streams_in_all", "1024", "The same of all together."),
    number_key("new_accounts", "10", "Accounts an hour that are made from one address."),
    number_key("new_accounts_in_all", "1000", "The same of all together."),
};

}  // namespace

std::span<const KeySpec> limit_keys() { return kLimitKeys; }

}  // namespace swapmeet
