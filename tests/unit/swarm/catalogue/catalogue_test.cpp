// Shares and files, as scanning and serving use them.
#include "transfer/swarm/catalogue/catalogue.h"

#include "catch.h"
#include "unit/swarm/catalogue/many_files.h"
#include "unit/swarm/catalogue/memory_folder.h"
#include "unit/swarm/catalogue/still_clock.h"

namespace swapmeet::transfer_swarm {
namespace {

TEST_CASE("the audience of a share outlives the process") {
  const MemoryFolder folder;
  const Audience friends{false, {"friends", "family"}, {"bob"}};
  { Catalogue(folder.path / "c", still_clock()).put_share({"s", "/nowhere", friends}, false); }
  CHECK(Catalogue(folder.path / "c", still_clock()).share("s")->spec.audience == friends);
}

TEST_CASE("a share that moves to another folder has other files") {
  const MemoryFolder folder;
  Catalogue catalogue(folder.path / "catalogue.sqlite", still_clock());
  catalogue.put_share({"s", "/here", {}}, false);
  const auto key = catalogue.share("s")->key;
  catalogue.commit(key, many(0, 2));
  catalogue.set_device(key, 5);
  catalogue.put_share({"s", "/here", {}}, false);
  CHECK(catalogue.counts(key).files == 2);
  catalogue.put_share({"s", "/there", {}}, false);
  CHECK(catalogue.share("s")->key == key);
  CHECK(catalogue.share("s")->device == 0);
  CHECK(catalogue.counts(key).files == 0);
}

TEST_CASE("the configured shares are exactly those that are named, and others stay") {
  const Folder folder;
  Catalogue catalogue(folder.path / "c.sqlite", still_clock());
  catalogue.put_share({"mine", "/mine", {}}, false);
  catalogue.set_configured(std::vector<ShareSpec>{{"a", "/a", {}}, {"b", "/b", {}}});
  catalogue.set_configured(std::vector<ShareSpec>{{"b", "/other", {}}, {"c", "/c", {}}});
  std::vector<std::string> folders;
  for (const auto& share : catalogue.shares()) folders.push_back(share.spec.folder);
  CHECK(folders == std::vector<std::string>{"/other", "/c", "/mine"});
  CHECK_FALSE(catalogue.share("mine")->configured);
}

TEST_CASE("a withdrawn share is not in the feed, and returns as it was") {
  const MemoryFolder folder;
  Catalogue catalogue(folder.path / "catalogue.sqlite", still_clock());
  catalogue.put_share({"s", "/here", {}}, false);
  const auto key = catalogue.share("s")->key;
  catalogue.commit(key, many(0, 2));
  catalogue.withdraw(key);
  CHECK(catalogue.share("s")->withdrawn);
  CHECK(catalogue.counts(key).files == 2);
  const auto gone = catalogue.changes_after(0, 10);
  CHECK(gone->changes.size() == 2);
  for (const auto& change : gone->changes) CHECK(change.kind == ChangeKind::remove);
  catalogue.restore(key);
  CHECK_FALSE(catalogue.share("s")->withdrawn);
  const auto batch = catalogue.changes_after(0, 10);
  CHECK(batch->changes.size() == 2);
  for (const auto& change : batch->changes) CHECK(change.kind == ChangeKind::put);
}

TEST_CASE("what belongs to a share that is gone is not written") {
  const MemoryFolder folder;
  Catalogue catalogue(folder.path / "catalogue.sqlite", still_clock());
  catalogue.commit(7, many(0, 2));
  CHECK(catalogue.state()->latest == 0);
  CHECK(catalogue.counts(7).files == 0);
}

}  // namespace
}  // namespace swapmeet::transfer_swarm
