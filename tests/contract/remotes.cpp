// What asks an index keeps the same contracts as what has a store of its own.
#include "swapmeet/digest.h"
#include "swapmeet/testing/catch.h"
#include "swapmeet/testing/registry_contract.h"
#include "swapmeet/testing/search_contract.h"
#include "swapmeet/testing/temporary_folder.h"
#include "swapmeet/wire/client.h"
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

TEST_CASE("a peer stays itself at an index that moves, though it knew it by its URL before") {
  using namespace swapmeet;
  testing::IndexInProcess index;
  const auto peer = *PeerId::parse("0123456789abcdef0123456789abcdef");
  const std::string secret(32, 't');
  const auto enroll = [&](const std::string& token) {
    testing::PluginUnderTest plugin(PLUGINS "registry_remote.so",
                                    {{"index", index.url()}, {"timeout", "60s"}});
    plugin.start();
    auto& registry = plugin.get<Registry>();
    return registry.enroll({peer, "ann", "", 6681, true, token}, {}).ok() &&
           registry.renew(peer, token).ok();
  };
  // As an earlier version registered it.
  wire::Client old({.url = index.url(), .token = ""});
  http::Headers headers;
  headers.set("Swapmeet-Peer-Token", sha256_hex(secret + '\n' + index.url()));
  headers.set("Content-Type", "application/json");
  REQUIRE(
      old.request("PUT", "/api/v1/peers/" + peer.text(), R"({"name":"ann","port":6681})", headers));
  CHECK(enroll(secret));
  index.move();
  CHECK(enroll(secret));
  CHECK_FALSE(enroll(std::string(32, 'o')));
}

TEST_CASE("what would go in clear by mistake is refused before the index is asked") {
  using namespace swapmeet;
  const auto problem = [](const RawSettings& raw) -> std::string {
    try {
      testing::PluginUnderTest plugin(PLUGINS "registry_remote.so", raw);
      plugin.start();
      return {};
    } catch (const std::exception& exception) {
      return exception.what();
    }
  };
  const std::string file = testing::TemporaryFolder().path / "absent";
  const auto with_account = [&](const std::string& index, const std::string& insecure = "no") {
    return problem(
        {{"index", index}, {"account", "ann"}, {"password_file", file}, {"insecure", insecure}});
  };
  const auto is_about_clear = [](const std::string& text) {
    return text.find("in clear") != std::string::npos;
  };
  CHECK(is_about_clear(with_account("http://192.0.2.1:8888")));
  CHECK_FALSE(is_about_clear(with_account("http://192.0.2.1:8888", "yes")));
  CHECK_FALSE(is_about_clear(with_account("https://192.0.2.1:8888")));
  CHECK_FALSE(is_about_clear(with_account("http://127.0.0.1:8888")));
  CHECK_FALSE(is_about_clear(problem({{"index", "http://192.0.2.1:8888"}})));
  for (const char* url : {"ftp://192.0.2.1", "HTTPS://192.0.2.1", "https:/192.0.2.1"})
    CHECK_FALSE(problem({{"index", url}}).empty());
}
