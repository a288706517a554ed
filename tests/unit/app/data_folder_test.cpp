#include "host/app/data_folder.h"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "catch.h"

using namespace swapmeet;
namespace fs = std::filesystem;

namespace {
struct TemporaryFolder {
  fs::path path = fs::temp_directory_path() / ("swapmeet-data-" + std::to_string(::getpid()));
  TemporaryFolder() { fs::remove_all(path); }
  ~TemporaryFolder() { fs::remove_all(path); }
};
}  // namespace

TEST_CASE("peer id and token are made once, for the owner only") {
  const TemporaryFolder folder;
  PeerId peer;
  std::string token;
  {
    auto data = DataFolder::open(folder.path);
    REQUIRE(data.ok());
    peer = data->peer();
    token = data->api_token();
    CHECK(token.size() == 64);
  }
  auto again = DataFolder::open(folder.path);
  REQUIRE(again.ok());
  CHECK(again->peer() == peer);
  CHECK(again->api_token() == token);
  struct stat status {};
  REQUIRE(::stat((folder.path / "api.token").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
}

TEST_CASE("a data folder belongs to one host at a time") {
  const TemporaryFolder folder;
  auto first = DataFolder::open(folder.path);
  REQUIRE(first.ok());
  auto second = DataFolder::open(folder.path);
  REQUIRE_FALSE(second.ok());
  CHECK(second.error().code == ErrorCode::conflict);
}

TEST_CASE("a damaged peer id is not silently replaced") {
  const TemporaryFolder folder;
  fs::create_directories(folder.path);
  fs::permissions(folder.path, fs::perms::owner_all);
  std::ofstream(folder.path / "peer.id") << "junk\n";
  auto data = DataFolder::open(folder.path);
  REQUIRE_FALSE(data.ok());
  CHECK(data.error().code == ErrorCode::corrupt);
}
