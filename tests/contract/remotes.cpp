// What asks an index keeps the same contracts as what has a store of its own.
#include "swapmeet/testing/catch.h"
#include "swapmeet/testing/registry_contract.h"
#include "swapmeet/testing/search_contract.h"
#include "tests/contract/index_in_process.h"

namespace swapmeet::testing {
namespace {

class RemoteSearch final : public SearchSubject {
 public:
  RemoteSearch() { plugin_.start(); }
  Search& search() override { return plugin_.get<Search>(); }
  ChangeFollower& follower() override { return *index_.search().follower(); }
  void restart() override {
    index_.restart();
    plugin_.restart();
  }
  bool asks_as_guest() const override { return true; }

 private:
  IndexInProcess index_;
  PluginUnderTest plugin_{PLUGINS "search_remote.so",
                          {{"index", index_.url()}, {"timeout", "60s"}}};
};

class RemoteRegistry final : public RegistrySubject {
 public:
  RemoteRegistry() { plugin_.start(); }
  Registry& registry() override { return plugin_.get<Registry>(); }
  void advance(std::chrono::milliseconds time) override { index_.registry_host().advance(time); }
  void restart() override {
    index_.restart();
    plugin_.restart();
  }
  bool asks_as_guest() const override { return true; }
  std::string seen_address(const std::string&) const override { return "127.0.0.1"; }

 private:
  IndexInProcess index_;
  PluginUnderTest plugin_{PLUGINS "registry_remote.so",
                          {{"index", index_.url()}, {"timeout", "60s"}}};
};

}  // namespace
}  // namespace swapmeet::testing

TEST_CASE("search.remote keeps the search contract") {
  swapmeet::testing::search_contract(
      [] { return std::make_unique<swapmeet::testing::RemoteSearch>(); });
}

TEST_CASE("registry.remote keeps the registry contract") {
  swapmeet::testing::registry_contract(
      [] { return std::make_unique<swapmeet::testing::RemoteRegistry>(); });
}

TEST_CASE("a peer stays itself at an index whose URL is written another way") {
  using namespace swapmeet;
  const testing::IndexInProcess index;
  const auto peer = *PeerId::parse("0123456789abcdef0123456789abcdef");
  const auto enroll = [&](const std::string& url) {
    testing::PluginUnderTest plugin(PLUGINS "registry_remote.so",
                                    {{"index", url}, {"timeout", "60s"}});
    plugin.start();
    return plugin.get<Registry>().enroll({peer, "ann", "", 6681, true, std::string(32, 't')}, {});
  };
  const auto port = index.url().substr(index.url().rfind(':'));
  CHECK(enroll("http://localhost" + port).ok());
  CHECK(enroll("http://LocalHost" + port + '/').ok());
}
