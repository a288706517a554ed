// By what a file is recognised.
#include "transfer/swarm/hashing/file_stamp.h"

#include "catch.h"

namespace swapmeet::transfer_swarm {
namespace {

TEST_CASE("inode numbers are trusted where they last") {
  CHECK(is_lasting_file_system(0xef53));        // ext4
  CHECK(is_lasting_file_system(0x58465342));    // XFS
  CHECK_FALSE(is_lasting_file_system(0x4d44));  // FAT
  struct stat info {};
  REQUIRE(stat("/etc/passwd", &info) == 0);
  auto stamp = stamp_of(info);
  CHECK(is_still(stamp, info));
  stamp.inode = 0;
  CHECK(is_still(stamp, info));
  stamp.inode = info.st_ino + 1;
  CHECK_FALSE(is_still(stamp, info));
}

}  // namespace
}  // namespace swapmeet::transfer_swarm
