#include "transfer/swarm/hashing/file_stamp.h"

#include <sys/statfs.h>

#include <algorithm>
#include <array>

namespace swapmeet::transfer_swarm {

FileStamp stamp_of(const struct stat& info) {
  return {info.st_ino, static_cast<std::uint64_t>(info.st_size),
          static_cast<std::int64_t>(info.st_mtim.tv_sec) * 1'000'000'000 + info.st_mtim.tv_nsec};
}

FileStamp stamp_of(const struct statx& info) {
  return {info.stx_ino, info.stx_size, nanoseconds_of(info.stx_mtime)};
}

std::int64_t nanoseconds_of(const struct statx_timestamp& time) {
  return time.tv_sec * 1'000'000'000 + time.tv_nsec;
}

bool is_still(const FileStamp& stamp, const struct stat& now) {
  auto found = stamp_of(now);
  if (stamp.inode == 0) found.inode = 0;
  return S_ISREG(now.st_mode) && found == stamp;
}

bool has_lasting_inodes(int descriptor) {
  struct statfs info {};
  return fstatfs(descriptor, &info) == 0 && is_lasting_file_system(info.f_type);
}

bool is_lasting_file_system(std::int64_t type) {
  constexpr std::array<std::int64_t, 5> kUnsteady = {
      0x4d44,      // MSDOS, VFAT
      0x2011bab0,  // exFAT
      0x65735546,  // FUSE
      0xff534d42,  // CIFS
      0xfe534d42,  // SMB2
  };
  return std::find(kUnsteady.begin(), kUnsteady.end(), type) == kUnsteady.end();
}

}  // namespace swapmeet::transfer_swarm
