#include "transfer/swarm/hashing/file_stamp.h"

#include <sys/statfs.h>

#include <algorithm>
#include <array>
#include <limits>

namespace swapmeet::transfer_swarm {

FileStamp stamp_of(const struct stat& info) {
  return {info.st_ino, static_cast<std::uint64_t>(info.st_size),
          nanoseconds_of(info.st_mtim.tv_sec, info.st_mtim.tv_nsec),
          nanoseconds_of(info.st_ctim.tv_sec, info.st_ctim.tv_nsec)};
}

FileStamp stamp_of(const struct statx& info) {
  return {info.stx_ino, info.stx_size, nanoseconds_of(info.stx_mtime),
          nanoseconds_of(info.stx_ctime)};
}

std::int64_t nanoseconds_of(std::int64_t seconds, std::int64_t nanoseconds) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  std::int64_t all = 0;
  if (!__builtin_mul_overflow(seconds, kSecond, &all) &&
      !__builtin_add_overflow(all, nanoseconds, &all))
    return all;
  using Limits = std::numeric_limits<std::int64_t>;
  return seconds < 0 ? Limits::min() : Limits::max();
}

std::int64_t nanoseconds_of(const struct statx_timestamp& time) {
  return nanoseconds_of(time.tv_sec, time.tv_nsec);
}

bool agree(const FileStamp& one, const FileStamp& other) {
  const auto fit = [](auto a, auto b) { return a == 0 || b == 0 || a == b; };
  return one.size == other.size && one.mtime_ns == other.mtime_ns && fit(one.inode, other.inode) &&
         fit(one.ctime_ns, other.ctime_ns);
}

bool is_still(const FileStamp& stamp, const struct stat& now) {
  return S_ISREG(now.st_mode) && agree(stamp, stamp_of(now));
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
