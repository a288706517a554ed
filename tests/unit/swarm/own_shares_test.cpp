// Where a host's own shares are on its disk.
#include "transfer/swarm/own_shares.h"

#include "catch.h"
#include "unit/swarm/catalogue/memory_folder.h"
#include "unit/swarm/catalogue/still_clock.h"
#include "unit/swarm/scan/shared_folder.h"

namespace swapmeet::transfer_swarm {
namespace {

TEST_CASE("a content is where one of its files still is, and a folder where its share is") {
  const MemoryFolder folder;
  Catalogue catalogue(folder.path / "c.sqlite", still_clock());
  const auto shared = folder.path / "shared";
  catalogue.put_share({"music", shared.string(), {}}, false);
  const auto tree = tree_of("la la la");
  catalogue.commit(catalogue.share("music")->key,
                   {{"a/gone.mp3", {8, 1, 0}, tree}, {"b/here.mp3", {8, 1, 0}, tree}});
  folder.write("shared/b/here.mp3", "la la la");
  const auto own = own_shares(catalogue);
  CHECK(own.file(tree.content) == (shared / "b/here.mp3").string());
  CHECK(own.file(kEmptyContent).empty());
  CHECK(own.folder("music/a/b") == (shared / "a/b").string());
  CHECK(own.folder("music") == shared.string());
  CHECK(own.folder("films/a").empty());
  std::filesystem::remove(shared / "b/here.mp3");
  CHECK(own.file(tree.content).empty());
}

}  // namespace
}  // namespace swapmeet::transfer_swarm
