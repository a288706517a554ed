#include "swapmeet/remote.h"
#include "swapmeet/testing/catch.h"
#include "swapmeet/testing/plugin_under_test.h"
#include "swapmeet/tickets.h"

namespace swapmeet::testing {
namespace {

struct NoIndex final : IndexAddress {
  std::string index_url() const override { return "http://127.0.0.1:9"; }
  IndexTrust index_trust() const override { return {}; }
  Result<std::string> session() override { return std::string(); }
  void session_ended(const std::string&) override {}
};

}  // namespace

TEST_CASE("auth.ticket believes no ticket while it does not know the index's key") {
  NoIndex index;
  PluginUnderTest plugin(PLUGINS "auth_ticket.so");
  plugin.host().provide<IndexAddress>(index);
  plugin.start();
  for (const char* none : {"", "x", "a.b.c", "!"})
    CHECK(plugin.get<TicketChecker>().check_ticket(none).error().code ==
          ErrorCode::unauthenticated);
  plugin.restart();
  CHECK_FALSE(plugin.get<TicketChecker>().check_ticket(std::string(200, 'A')).ok());
}

}  // namespace swapmeet::testing
