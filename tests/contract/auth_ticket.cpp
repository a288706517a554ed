#include "swapmeet/remote.h"
#include "swapmeet/testing/auth_contract.h"
#include "swapmeet/testing/catch.h"

namespace swapmeet::testing {
namespace {

struct NoIndex final : IndexAddress {
  std::string index_url() const override { return "http://127.0.0.1:9"; }
  Result<std::string> session() override { return std::string(); }
  void session_ended(const std::string&) override {}
};

class TicketSubject final : public AuthSubject {
 public:
  TicketSubject() {
    plugin_.host().provide<IndexAddress>(index_);
    plugin_.start();
  }
  Authenticator& authenticator() override { return plugin_.get<Authenticator>(); }
  Accounts* accounts() override { return nullptr; }
  void advance(std::chrono::milliseconds time) override { plugin_.host().advance(time); }
  void restart() override { plugin_.restart(); }

 private:
  NoIndex index_;
  PluginUnderTest plugin_{PLUGINS "auth_ticket.so"};
};

}  // namespace
}  // namespace swapmeet::testing

TEST_CASE("auth.ticket keeps the auth contract") {
  swapmeet::testing::auth_contract(
      [] { return std::make_unique<swapmeet::testing::TicketSubject>(); });
}
