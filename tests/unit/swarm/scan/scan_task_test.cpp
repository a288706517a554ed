// The files of a scan that are still to be hashed.
#include "transfer/swarm/scan/scan_task.h"

#include "catch.h"
#include "unit/swarm/scan/shared_folder.h"

namespace swapmeet::transfer_swarm {
namespace {

StoredShare share_of(const std::string& folder) {
  StoredShare share;
  share.spec = {"s", folder, {}};
  return share;
}

StoredFile file(const std::string& path, std::uint64_t size = 10) {
  return {path, {1, size, 1}, 0, 0};
}

TEST_CASE("files come in the order in which they were found, and are counted") {
  ScanTask task(share_of("/nowhere"), {"s", "", true});
  CHECK_FALSE(task.is_urgent());
  CHECK(task.add(file("a")));
  CHECK(task.add(file("b", 5)));
  CHECK(task.files() == 2);
  CHECK(task.bytes() == 15);
  CHECK(task.next()->path == "a");
  CHECK(task.handed_out(10));
  CHECK(task.files() == 1);
  CHECK(task.bytes() == 5);
  CHECK(task.next()->path == "b");
  CHECK_FALSE(task.next());
  CHECK(task.handed_out(5));
  CHECK_FALSE(task.handed_out(7));  // nobody has counted that one
  CHECK(task.bytes() == 0);
  CHECK_FALSE(task.is_surveyed());
  task.end_survey();
  CHECK(task.is_surveyed());
}

TEST_CASE("a touched part is urgent") {
  CHECK(ScanTask(share_of("/nowhere"), {"s", "", false}).is_urgent());
  CHECK(ScanTask(share_of("/nowhere"), {"s", "in", true}).is_urgent());
}

TEST_CASE("what is too much to be remembered is found by a second look") {
  const Folder data;
  const Folder shared;
  shared.write("late", "x");
  Catalogue catalogue(data.path / "catalogue.sqlite", still_clock());
  catalogue.put_share({"s", shared.path.string(), {}}, false);
  const auto share = *catalogue.share("s");
  const Scope whole{"s", "", true};
  ScanTask task(share, whole);
  int remembered = 0;
  while (task.add(file("a"))) ++remembered;
  CHECK(remembered == 100'000);
  CHECK(task.files() == 100'001);  // the one that was not remembered counts, too
  task.look_again(
      {catalogue, share.key, whole,
       FolderWalk(shared.path.string(), whole, std::make_shared<const IgnoreRules>(), {})});
  while (remembered-- > 0) task.next();
  const auto late = task.next();
  REQUIRE(late);
  CHECK(late->path == "late");
  CHECK_FALSE(task.next());
}

TEST_CASE("a path is too long when its listing would be") {
  const auto share = share_of("/nowhere");
  CHECK_FALSE(is_too_long(share, std::string(4000, 'a')));
  CHECK(is_too_long(share, std::string(4095, 'a')));
  CHECK(is_too_long(share, std::string(1000, '\xff')));  // each is shown as five bytes
}

}  // namespace
}  // namespace swapmeet::transfer_swarm
