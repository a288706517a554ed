// What a running host shares, and how that changes with its configuration file.
#include <signal.h>

#include "catch.h"
#include "network.h"
#include "swapmeet/wire/json.h"

using namespace e2e;

namespace {

std::vector<swapmeet::ShareStatus> shares_of(Node& node) {
  const auto body = node.get("/api/v1/shares");
  if (!body) return {};
  return swapmeet::wire::from_json<std::vector<swapmeet::ShareStatus>>(*body).value_or({});
}

bool shares_files(Node& node, const std::string& share, std::uint64_t files) {
  for (const auto& status : shares_of(node))
    if (status.share.name == share) return status.files == files && !status.scanning;
  return false;
}

}  // namespace

TEST_CASE("SIGHUP changes the shares and what is ignored, and says what needs a restart") {
  Folder folder;
  write_file(folder.path() / "music/a.flac", "a");
  write_file(folder.path() / "music/b.tmp", "b");
  write_file(folder.path() / "books/c.txt", "c");
  const auto address = "127.0.0.1:" + std::to_string(free_port());
  const auto ini = peer_ini(folder.path(), "ann", "http://" + address, folder.path() / "music");
  Node index(folder.path(), "index", index_ini(folder.path(), address, "2s"));
  Node ann(folder.path(), "ann", ini);
  index.start();
  ann.start();
  const auto first = shares_of(ann).at(0).share.name;
  REQUIRE(eventually([&] { return shares_files(ann, first, 2); }));

  write_file(ann.ini(), ini + "\nshare.books = " + (folder.path() / "books").string() +
                            "\nignore = *.tmp\nhash_threads = 2\n");
  kill(ann.pid(), SIGHUP);
  CHECK(eventually([&] { return shares_files(ann, "books", 1) && shares_files(ann, first, 1); }));
  CHECK(eventually([&] {
    return ann.log().find("takes effect at the next start key=\"ann.ini [transfer] hash_threads") !=
           std::string::npos;
  }));

  write_file(ann.ini(), ini);
  kill(ann.pid(), SIGHUP);
  CHECK(eventually([&] { return shares_of(ann).size() == 1 && shares_files(ann, first, 2); }));
}
