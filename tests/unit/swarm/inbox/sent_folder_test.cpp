// Which files of a folder are sent.
#include "transfer/swarm/inbox/sent_folder.h"

#include "unit/swarm/inbox/two_peers.h"

namespace swapmeet::transfer_swarm {

TEST_CASE("all regular files are sent, at any depth, and no links") {
  const MemoryFolder folder;
  folder.write("a", "1");
  folder.write("deep/er/b", "22");
  folder.write("bad \x1b name", "333");
  std::filesystem::create_directories(folder.path / "empty");
  std::filesystem::create_symlink("/etc/passwd", folder.path / "link");
  std::filesystem::create_directory_symlink(folder.path / "deep", folder.path / "other");
  const auto files = files_below(folder.path);
  REQUIRE(files);
  std::map<std::string, std::uint64_t> sizes;
  for (const auto& [number, one] : *files) sizes[one.local] = one.file.size;
  CHECK(sizes ==
        std::map<std::string, std::uint64_t>{{"a", 1}, {"deep/er/b", 2}, {"bad \x1b name", 3}});
  for (const auto& [number, one] : *files)
    CHECK(one.file.path.find('\x1b') == std::string::npos);  // as shown
}

TEST_CASE("a folder without files, with too many, or with unreadable ones is not sent") {
  FolderNetwork net;
  const auto why = [&](const std::filesystem::path& path) {
    const auto offer = net.ann.inbox->send({path.string(), net.bob.id});
    REQUIRE_FALSE(offer.ok());
    return offer.error().message;
  };
  CHECK(why(net.holidays / "nothing in it").find("has no files in it") != std::string::npos);
  for (int i = 0; i < 5'001; ++i) net.write("many/" + std::to_string(i), "");
  CHECK(
      why(net.holidays).find("has more files, or longer names, than one offer holds (5000 files") !=
      std::string::npos);
}

}  // namespace swapmeet::transfer_swarm
