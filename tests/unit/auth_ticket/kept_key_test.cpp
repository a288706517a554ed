// The key of the index's tickets outlives the process, and is that index's alone.
#include "auth/ticket/kept_key.h"

#include <fstream>

#include "catch.h"
#include "swapmeet/testing/temporary_folder.h"

namespace swapmeet::auth_ticket {

TEST_CASE("a key that was kept is that of the same index, or none") {
  const testing::TemporaryFolder folder;
  const auto file = folder.path / "index.key";
  IndexTickets::Key key{};
  key.fill(0xA7);
  CHECK_FALSE(read_kept_key(file, "http://index:8888"));
  REQUIRE(keep_key(file, "http://index:8888", key));
  CHECK(read_kept_key(file, "http://index:8888") == key);
  CHECK_FALSE(read_kept_key(file, "http://other:8888"));
  std::ofstream(file) << "http://index:8888\nabc\n";
  CHECK_FALSE(read_kept_key(file, "http://index:8888"));
  CHECK_FALSE(keep_key(folder.path / "nowhere" / "index.key", "http://index:8888", key));
}

}  // namespace swapmeet::auth_ticket
