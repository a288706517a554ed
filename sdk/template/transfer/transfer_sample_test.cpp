// What the host and its users rely on, checked: the transfer contract, against the plugin's own
// file, as far as it provides what a transfer may.
#include <swapmeet/testing/catch.h>
#include <swapmeet/testing/transfer_contract.h>

#include <fstream>

using namespace swapmeet;

TEST_CASE("transfer.sample keeps the transfer contract") {
  testing::transfer_contract([] { return testing::transfer_plugin(PLUGIN_FILE); });
}

TEST_CASE("transfer.sample shares what the configuration says, and it cannot be removed") {
  const testing::TemporaryFolder folder;
  std::ofstream(folder.path / "a.txt") << "hello";
  const auto subject = testing::transfer_plugin(PLUGIN_FILE, {{"share.mine", folder.path}});
  const auto shares = subject->shares()->list();
  REQUIRE(shares);
  REQUIRE(shares->size() == 1);
  CHECK(shares->at(0).configured);
  CHECK(subject->shares()->remove("mine").error().code == ErrorCode::conflict);
}
