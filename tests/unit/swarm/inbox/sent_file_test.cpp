// What is known of a file before it is read.
#include "transfer/swarm/inbox/sent_file.h"

#include "unit/swarm/catalogue/still_clock.h"
#include "unit/swarm/inbox/two_peers.h"

namespace swapmeet::transfer_swarm {

TEST_CASE("a file that cannot be sent says why") {
  const MemoryFolder folder;
  folder.write("here", "x");
  CHECK(stamp_of_file((folder.path / "here").string())->size == 1);
  CHECK(stamp_of_file((folder.path / "gone").string()).error().code == ErrorCode::not_found);
  CHECK(stamp_of_file((folder.path / "here/below").string()).error().code == ErrorCode::not_found);
  CHECK(stamp_of_file(folder.path.string()).error().code == ErrorCode::invalid_argument);
  CHECK(stamp_of_file("/dev/null").error().code == ErrorCode::invalid_argument);
}

TEST_CASE("hashing ends when it is told to") {
  const MemoryFolder folder;
  folder.write("here", std::string(1 << 20, 'x'));
  const auto file = (folder.path / "here").string();
  CHECK(hash_file(file, *stamp_of_file(file), [] { return false; }).error().code ==
        ErrorCode::cancelled);
}

TEST_CASE("a file in a share needs no hashing") {
  Network net;
  Catalogue catalogue(net.folder.path / "catalogue.sqlite", still_clock());
  catalogue.put_share({"s", net.folder.path.string(), {}}, false);
  const auto stamp = *stamp_of_file(net.film.string());
  CHECK_FALSE(known_tree(catalogue, net.film.string(), stamp));
  const auto tree = *hash_file(net.film.string(), stamp, [] { return true; });
  catalogue.commit(catalogue.share("s")->key, {{"film.mkv", stamp, tree}});
  REQUIRE(known_tree(catalogue, net.film.string(), stamp));
  CHECK(known_tree(catalogue, net.film.string(), stamp)->content == tree.content);
  auto touched = stamp;
  ++touched.mtime_ns;
  CHECK_FALSE(known_tree(catalogue, net.film.string(), touched));
  CHECK(hash_file(net.film.string(), touched, [] { return true; }).error().code ==
        ErrorCode::conflict);
}

}  // namespace swapmeet::transfer_swarm
