// What differs between a folder and the catalogue.
#include "transfer/swarm/scan/share_diff.h"

#include <fcntl.h>
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
  // Puts all that is in the folder into the catalogue; as one of an older version, without ctimes.
  void know_all(bool with_ctimes = true) {
    std::vector<HashedFile> known;
    auto files = walk({"s", "", true});
    while (auto entry = files.next()) {
      if (!with_ctimes) entry->stamp.ctime_ns = 0;
      known.push_back({entry->path, entry->stamp, tree_of("x"), entry->device, entry->born_ns});
    }
    catalogue.commit(key, known);
  }
  ShareDiff diff(const Scope& scope = {"s", "", true}) {
    return {catalogue, key, scope, walk(scope)};
  }
  // "+a" has changed or is new, "-a" has vanished, "=a" has a ctime now.
  std::vector<std::string> differences(const Scope& scope = {"s", "", true}) {
    std::vector<std::string> all;
    auto found = diff(scope);
    while (const auto one = found.next())
      if (one->kind != Difference::passed)
        all.push_back((one->kind == Difference::vanished    ? '-'
                       : one->kind == Difference::changed   ? '+'
                       : one->kind == Difference::restamped ? '='
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

// As tag editors do: writes into the file, of which size and mtime stay.
void write_in_place(const fs::path& file, const std::string& bytes) {
  struct stat before {};
  REQUIRE(stat(file.c_str(), &before) == 0);
  const timespec times[] = {before.st_atim, before.st_mtim};
  for (auto now = before;
       now.st_ctim.tv_sec == before.st_ctim.tv_sec &&
       now.st_ctim.tv_nsec == before.st_ctim.tv_nsec;) {  // until its clock ticks
    std::fstream(file, std::ios::in | std::ios::out) << bytes;
    REQUIRE(utimensat(AT_FDCWD, file.c_str(), times, 0) == 0);
    REQUIRE(stat(file.c_str(), &now) == 0);
  }
}

TEST_CASE("a file that was written in place has changed, whatever its time and size say") {
  Compared share;
  for (const auto* name : {"a", "b"}) share.shared.write(name, "x");
  share.know_all();
  write_in_place(share.shared.path / "b", "y");
  CHECK(share.differences() == Texts{"+b"});
  share.know_all();
  CHECK(share.differences().empty());
}

TEST_CASE("what a catalogue does not know of its files' inodes is taken over as it is found") {
  Compared share;
  for (const auto* name : {"a", "b"}) share.shared.write(name, "x");
  share.know_all(false);
  const auto told = share.catalogue.state()->latest;
  CHECK(share.differences() == Texts{"=a", "=b"});
  auto diff = share.diff();
  std::vector<StoredFile> found;
  while (auto one = diff.next()) found.push_back(one->file);
  share.catalogue.restamp(share.key, found);
  CHECK(share.differences().empty());
  CHECK(share.catalogue.state()->latest == told);
  write_in_place(share.shared.path / "a", "y");
  CHECK(share.differences() == Texts{"+a"});
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
