// A file is read whole and in order, or not taken for what was stamped.
#include "transfer/swarm/hashing/block_reader.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "catch.h"
#include "unit/swarm/scan/shared_folder.h"

namespace swapmeet::transfer_swarm {
namespace {

struct Reading {
  Folder folder;
  testing::ManualClock clock;
  BlockReader reader{clock};
  std::vector<std::size_t> sizes;
  std::string bytes;
  std::function<bool()> stopping = [] { return false; };

  std::string file() const { return (folder.path / "a").string(); }
  FileStamp stamp() const {
    struct stat info {};
    REQUIRE(stat(file().c_str(), &info) == 0);
    return stamp_of(info);
  }
  ReadOutcome::Kind read(const FileStamp& stamp) {
    return reader
        .read(file(), stamp, stopping,
              [this](std::string_view block) {
                sizes.push_back(block.size());
                bytes += block;
              })
        .kind;
  }
};

TEST_CASE("blocks are whole but for the last, and of nothing there is none") {
  Reading reading;
  const auto size =
      GENERATE(as<std::size_t>(), 0, 1, kBlockSize - 1, kBlockSize, kBlockSize + 1, 3 * kBlockSize);
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 131 + (i >> 8) * 17);
  reading.folder.write("a", bytes);
  CHECK(reading.read(reading.stamp()) == ReadOutcome::done);
  CHECK((reading.bytes == bytes));
  CHECK(reading.sizes.size() == (size + kBlockSize - 1) / kBlockSize);
  for (std::size_t i = 0; i + 1 < reading.sizes.size(); ++i) CHECK(reading.sizes[i] == kBlockSize);
}

TEST_CASE("it stops before the next block") {
  Reading reading;
  reading.folder.write("a", std::string(3 * kBlockSize, 'x'));
  reading.stopping = [&] { return reading.sizes.size() == 2; };
  CHECK(reading.read(reading.stamp()) == ReadOutcome::stopped);
  CHECK(reading.sizes.size() == 2);
}

TEST_CASE("a file that is another, longer, shorter, a link or gone has changed") {
  Reading reading;
  reading.folder.write("a", "abc");
  auto stamp = reading.stamp();
  SECTION("longer") { std::ofstream(reading.file(), std::ios::app) << "more"; }
  SECTION("shorter") { std::filesystem::resize_file(reading.file(), 1); }
  SECTION("another inode") { ++stamp.inode; }
  SECTION("another time") { ++stamp.mtime_ns; }
  SECTION("gone") { std::filesystem::remove(reading.file()); }
  SECTION("a link to it") {
    std::filesystem::rename(reading.file(), reading.folder.path / "b");
    std::filesystem::create_symlink("b", reading.file());
  }
  CHECK(reading.read(stamp) == ReadOutcome::changed);
}

TEST_CASE("a large file that is being written is noticed before its end") {
  Reading reading;
  reading.folder.write("a", "");
  std::filesystem::resize_file(reading.file(), 130 * kBlockSize);
  const auto stamp = reading.stamp();
  const auto outcome = reading.reader.read(
      reading.file(), stamp, [] { return false; },
      [&](std::string_view) {
        if (reading.sizes.empty()) std::ofstream(reading.file(), std::ios::app) << "more";
        reading.sizes.push_back(0);
      });
  CHECK(outcome.kind == ReadOutcome::changed);
  CHECK(reading.sizes.size() == 64);
}

TEST_CASE("what cannot be read says why") {
  Reading reading;
  std::filesystem::create_directory(reading.file());
  FileStamp stamp;
  stamp.size = 1;
  const auto outcome = reading.reader.read(
      reading.file(), stamp, [] { return false; }, [](std::string_view) {});
  CHECK(outcome.kind == ReadOutcome::unreadable);
  CHECK(outcome.error == EISDIR);
}

}  // namespace
}  // namespace swapmeet::transfer_swarm
