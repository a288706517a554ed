// A folder is walked in the byte order of its paths, and only what counts is told.
#include "transfer/swarm/scan/folder_walk.h"

#include <sys/stat.h>

#include <algorithm>

#include "catch.h"
#include "unit/swarm/scan/shared_folder.h"

namespace swapmeet::transfer_swarm {
namespace {

namespace fs = std::filesystem;

FileId id_of(const fs::path& folder) {
  struct stat info {};
  REQUIRE(stat(folder.c_str(), &info) == 0);
  return {info.st_dev, info.st_ino};
}

std::vector<WalkedEntry> walk(const Folder& folder, const Scope& scope = {"s", "", true},
                              const std::vector<std::string>& ignored = {}, FileId never = {}) {
  FolderWalk entries(folder.path.string(), scope,
                     std::make_shared<const IgnoreRules>(*IgnoreRules::parse(ignored)), never);
  std::vector<WalkedEntry> all;
  while (auto entry = entries.next()) all.push_back(*entry);
  return all;
}

std::vector<std::string> paths(const std::vector<WalkedEntry>& entries) {
  std::vector<std::string> all;
  for (const auto& entry : entries) all.push_back(entry.path);
  return all;
}

using Paths = std::vector<std::string>;

TEST_CASE("files come in the byte order of their whole paths") {
  const Folder folder;
  for (const auto* name : {"b", "a/z", "a b", "a.txt", "a/b/c", "a0", "Z"}) folder.write(name, "x");
  auto found = paths(walk(folder));
  CHECK(found == Paths{"Z", "a b", "a.txt", "a/b/c", "a/z", "a0", "b"});
  CHECK(std::is_sorted(found.begin(), found.end()));
}

TEST_CASE("a file is told with its stamp, and where inodes last with its disk") {
  const Folder folder;
  folder.write("a", "abc");
  const auto entries = walk(folder);
  REQUIRE(entries.size() == 1);
  struct stat info {};
  REQUIRE(stat((folder.path / "a").c_str(), &info) == 0);
  CHECK(entries[0].kind == WalkedEntry::file);
  CHECK(is_still(entries[0].stamp, info));
  CHECK(entries[0].stamp.size == 3);
  CHECK((entries[0].device == info.st_dev || entries[0].stamp.inode == 0));
}

TEST_CASE("links, special files and what is ignored are passed over") {
  const Folder folder;
  folder.write("a", "x");
  folder.write(".hidden", "x");
  folder.write("b.tmp", "x");
  folder.write("no/file", "x");
  fs::create_symlink(folder.path / "a", folder.path / "link");
  fs::create_directory_symlink(folder.path / "no", folder.path / "linked");
  REQUIRE(mkfifo((folder.path / "fifo").c_str(), 0600) == 0);
  CHECK(paths(walk(folder, {"s", "", true}, {"*.tmp", "no/"})) == Paths{"a"});
}

TEST_CASE("a part of a share is walked alone, deep or not") {
  const Folder folder;
  for (const auto* name : {"a", "in/b", "in/deep/c", "in/e"}) folder.write(name, "x");
  CHECK(paths(walk(folder, {"s", "in", true})) == Paths{"in/b", "in/deep/c", "in/e"});
  const auto flat = walk(folder, {"s", "in", false});
  CHECK(paths(flat) == Paths{"in/b", "in/deep/", "in/e"});
  CHECK(flat[1].kind == WalkedEntry::passed);
  CHECK(walk(folder, {"s", "gone", true}).empty());
  CHECK(walk(folder, {"s", "in/deep", true}, {"in/"}).empty());  // below what is ignored
}

TEST_CASE("a part is not reached through a link") {
  const Folder folder;
  folder.write("in/a", "x");
  fs::create_directory_symlink(folder.path / "in", folder.path / "link");
  CHECK(walk(folder, {"s", "link", true}).size() <= 1);
  for (const auto& entry : walk(folder, {"s", "link", true}))
    CHECK(entry.kind == WalkedEntry::unreadable);
}

TEST_CASE("the folder that is never shared is passed over where it stands") {
  const Folder folder;
  folder.write("a", "x");
  folder.write("data/secret", "x");
  CHECK(paths(walk(folder, {"s", "", true}, {}, id_of(folder.path / "data"))) == Paths{"a"});
  CHECK(walk(folder, {"s", "data", true}, {}, id_of(folder.path / "data")).empty());
}

}  // namespace
}  // namespace swapmeet::transfer_swarm
