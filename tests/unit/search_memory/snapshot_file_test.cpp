#include "search/memory/snapshot_file.h"

#include <fstream>

#include "catch.h"
#include "swapmeet/testing/temporary_folder.h"

using namespace swapmeet;
using namespace swapmeet::search_memory;

namespace {

std::uint64_t checksum(std::initializer_list<std::string_view> pieces) {
  Checksum checksum;
  for (const auto piece : pieces) checksum.add(piece.data(), piece.size());
  return checksum.value();
}

}  // namespace

TEST_CASE("A checksum tells order, place, length and where the pieces end") {
  const auto one = checksum({"abcdefgh", "ij"});
  CHECK(checksum({"abcdefgh", "ij"}) == one);
  CHECK(checksum({"ij", "abcdefgh"}) != one);
  CHECK(checksum({"abcdefghi", "j"}) != one);
  CHECK(checksum({"abcdefgh", "ij", ""}) != one);
  CHECK(checksum({"abcdefgh", std::string_view("ij\0", 3)}) != one);
  CHECK(checksum({"Abcdefgh", "ij"}) != one);
}

TEST_CASE("What was written is read") {
  const testing::TemporaryFolder folder;
  const auto file = folder.path / "file";
  const std::vector<std::uint32_t> rows{1, 2, 3};
  {
    SnapshotWriter out(file);
    out.number(42);
    out.text("song");
    out.text("");
    out.table(rows);
    CHECK_FALSE(std::filesystem::exists(file));
    REQUIRE(out.finish().ok());
  }
  SnapshotReader in(file);
  CHECK(in.number() == 42);
  CHECK(in.text() == "song");
  CHECK(in.text().empty());
  CHECK(in.table<std::uint32_t>() == rows);
  in.finish();
}

TEST_CASE("What is not finished leaves what was there") {
  const testing::TemporaryFolder folder;
  const auto file = folder.path / "file";
  std::ofstream(file) << "old";
  { SnapshotWriter(file).number(1); }
  CHECK(std::filesystem::file_size(file) == 3);
  CHECK_FALSE(std::filesystem::exists(folder.path / "file.new"));
}

TEST_CASE("A reader asks for no more than the file has, and says when it was not all") {
  const testing::TemporaryFolder folder;
  const auto file = folder.path / "file";
  {
    SnapshotWriter out(file);
    out.number(~std::uint64_t{0});
    REQUIRE(out.finish().ok());
  }
  CHECK_THROWS_WITH(SnapshotReader(file).text(), "it ends too early");
  CHECK_THROWS_WITH(SnapshotReader(file).table<char>(), "it ends too early");
  CHECK_THROWS_WITH(SnapshotReader(file).finish(), "its checksum is wrong");
  CHECK_THROWS_WITH(SnapshotReader(folder.path / "other"), "it cannot be read");
  std::ofstream(file, std::ios::trunc) << std::string(8, '\0') << "something else";
  CHECK_THROWS_WITH(SnapshotReader(file), "it is of another version");
}
