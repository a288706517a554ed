// What people read of a peer's folders, and what tells hits apart.
#include <sstream>

#include "catch.h"
#include "host/cli/display.h"
#include "host/cli/hit_rows.h"
#include "host/cli/level_text.h"

using namespace swapmeet;
using namespace swapmeet::cli;

namespace {

Listing file(const std::string& path, std::uint64_t size) {
  Listing listing;
  listing.path = path;
  listing.size = size;
  return listing;
}

Hit hit(const std::string& path, std::uint32_t sources, std::uint8_t peer) {
  Hit one;
  one.path = path;
  one.name = name_of_path(path);
  one.size = 1'500;
  one.type = MediaType::document;
  one.sources = sources;
  if (sources == 1) one.peer.bytes[0] = peer;
  return one;
}

}  // namespace

TEST_CASE("a level is its folders with what is in them, and its files with numbers") {
  FolderLevel level;
  level.folders = {{"music", 12'345, 20'000'000'000}, {"docs", 1, 5}};
  level.files = {file("s/a.txt", 5), file("s/b.txt", 1'000)};
  CHECK(table_of(level).text(80) ==
        "#   FILES     SIZE  NAME\n"
        "   12,345  20.0 GB  music/\n"
        "        1      5 B  docs/\n"
        "1              5 B  a.txt\n"
        "2           1.0 kB  b.txt\n");
  CHECK(sum_of(level) == "2 folders with 12,346 files, 20.0 GB; 2 files here, 1.0 kB");
  level.folders.clear();
  CHECK(table_of(level).text(80) ==
        "#    SIZE  NAME\n"
        "1     5 B  a.txt\n"
        "2  1.0 kB  b.txt\n");
  CHECK(sum_of(level) == "2 files, 1.0 kB");
  CHECK(sum_of({}).empty());
}

TEST_CASE("folders below folders are a tree") {
  const std::vector<TreeFolder> tree{
      {{"music", 3, 30}, {{{"live\x1b[2J", 2, 20}, {{{"a", 1, 10}}}}, {{"studio", 1, 10}}}},
      {{"docs", 1, 1}}};
  CHECK(tree_text(tree) ==
        "├── music/  3 files, 30 B\n"
        "│   ├── live\xef\xbf\xbd[2J/  2 files, 20 B\n"
        "│   │   └── a/  1 file, 10 B\n"
        "│   └── studio/  1 file, 10 B\n"
        "└── docs/  1 file, 1 B\n");
}

TEST_CASE("hits of one name are told apart by folder and peer") {
  PeerNames names([](const std::vector<PeerId>& peers) {
    std::map<PeerId, std::string> found;
    for (const auto& peer : peers)
      if (peer.bytes[0] == 1) found[peer] = "bob";
    return found;
  });
  const std::vector<Hit> hits{hit("s/ftplugin/python.vim", 1, 1), hit("s/indent/python.vim", 3, 0),
                              hit("python.vim", 1, 2)};
  names.learn(hits);
  CHECK(table_of(hits, 1, names, 80).text(80) ==
        "#  NAME          SIZE  FROM      FOLDER\n"
        "1  python.vim  1.5 kB  bob       s/ftplugin\n"
        "2  python.vim  1.5 kB  3 peers   s/indent\n"
        "3  python.vim  1.5 kB  02000000\n");
  CHECK(
      table_of(hits, 51, names, 160).text(160).find("53  python.vim  1.5 kB  document  02000000") !=
      std::string::npos);
  const std::vector<Hit> long_ones{hit(std::string(200, 'x') + "/" + std::string(200, 'y'), 1, 1)};
  for (const std::size_t width : {60U, 80U, 160U}) {
    std::istringstream lines(table_of(long_ones, 1, names, width).text(width));
    for (std::string line; std::getline(lines, line);) CHECK(display_width(line) <= width);
  }
}
