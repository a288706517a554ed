// What differs between a folder and the catalogue.
#include "transfer/swarm/scan/share_diff.h"

#include <sys/stat.h>

#include "catch.h"
#include "unit/swarm/scan/shared_folder.h"

namespace swapmeet::transfer_swarm {
namespace {

namespace fs = std::filesystem;

struct Compared {
  Folder data;
  Folder shared;
  Catalogue catalogue{data.path / "catalogue.sqlite", still_clock()};
  std::int64_t key = 0;

  Compared() {
    catalogue.put_share({"s", shared.path.string(), {}}, false);
    key = catalogue.share("s")->key;
  }
  FolderWalk walk(const Scope& scope) const {
    return {shared.path.string(), scope, std::make_shared<const IgnoreRules>(), {}};
  }
  // Puts all that is in the folder into the catalogue.
  void know_all() {
    std::vector<HashedFile> known;
    auto files = walk({"s", "", true});
    while (const auto entry = files.next())
      known.push_back({entry->path, entry->stamp, tree_of("x"), entry->device, entry->born_ns});
    catalogue.commit(key, known);
  }
  ShareDiff diff(const Scope& scope = {"s", "", true}) {
    return {catalogue, key, scope, walk(scope)};
  }
  // "+a" has changed or is new, "-a" has vanished.
  std::vector<std::string> differences(const Scope& scope = {"s", "", true}) {
    std::vector<std::string> all;
    auto found = diff(scope);
    while (const auto one = found.next())
      all.push_back((one->kind == Difference::vanished  ? '-'
                     : one->kind == Difference::changed ? '+'
                                                        : '?') +
                    one->file.path);
    return all;
  }
};

using Texts = std::vector<std::string>;

TEST_CASE("nothing differs from what is known") {
  Compared share;
  CHECK(share.differences().empty());
  for (const auto* name : {"a", "in/b", "in/deep/c"}) share.shared.write(name, "x");
  share.know_all();
  CHECK(share.differences().empty());
  auto diff = share.diff();
  while (diff.next()) continue;
  CHECK(diff.walked() == 3);
}

TEST_CASE("new, changed and vanished files are told in the order of their paths") {
  Compared share;
  for (const auto* name : {"b", "c", "d/e", "f"}) share.shared.write(name, "x");
  share.know_all();
  share.shared.write("a", "x");
  share.shared.write("c", "longer");
  fs::remove_all(share.shared.path / "d");
  share.shared.write("d", "now a file");
  fs::remove(share.shared.path / "f");
  CHECK(share.differences() == Texts{"+a", "+c", "+d", "-d/e", "-f"});
}

TEST_CASE("only the scope is compared") {
  Compared share;
  for (const auto* name : {"a", "in/b", "in/deep/c", "inn"}) share.shared.write(name, "x");
  share.know_all();
  for (const auto* name : {"a", "in/b", "in/deep/c", "inn"}) fs::remove(share.shared.path / name);
  CHECK(share.differences({"s", "in", true}) == Texts{"-in/b", "-in/deep/c"});
  CHECK(share.differences({"s", "in", false}) == Texts{"-in/b"});
  CHECK(share.differences({"s", "", false}) == Texts{"-a", "-inn"});
  fs::remove_all(share.shared.path / "in");
  CHECK(share.differences({"s", "in", false}) == Texts{"-in/b", "-in/deep/c"});
}

TEST_CASE("a catalogue of more than a page is compared to its end") {
  Compared share;
  std::vector<HashedFile> known;
  for (int i = 0; i < 2500; ++i)
    known.push_back({std::to_string(100'000 + i), {1, 1, 1}, tree_of("x")});
  share.catalogue.commit(share.key, known);
  share.shared.write("100500", "x");
  const auto all = share.differences();
  CHECK(all.size() == 2500);
  CHECK(all[500] == "+100500");
  CHECK(all.back() == "-102499");
}

TEST_CASE("a disk with another number is noticed, and nothing differs for that") {
  Compared share;
  share.shared.write("a", "x");
  share.know_all();
  const auto device = share.catalogue.files(share.key, "", "", 1).at(0).device;
  if (device == 0) return;  // a file system whose inodes do not last
  share.catalogue.renumber_device(share.key, device, device + 1);
  auto diff = share.diff();
  CHECK_FALSE(diff.next());
  CHECK(diff.renumbered() == std::set{std::pair(device + 1, device)});
}

}  // namespace
}  // namespace swapmeet::transfer_swarm
