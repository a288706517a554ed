// By what a file is recognised: its inode, size and modification time.
// Threads: free functions.
#pragma once

#include <sys/stat.h>

#include <cstdint>

namespace swapmeet::transfer_swarm {

struct FileStamp {
  std::uint64_t inode = 0;  // 0: the file system gives its files other numbers at each mount
  std::uint64_t size = 0;
  std::int64_t mtime_ns = 0;
  bool operator==(const FileStamp&) const = default;
};

FileStamp stamp_of(const struct stat& info);
FileStamp stamp_of(const struct statx& info);
std::int64_t nanoseconds_of(const struct statx_timestamp& time);
// Whether `now` is the regular file that was stamped. A stamp without an inode fits any.
bool is_still(const FileStamp& stamp, const struct stat& now);

// Whether the file system of an open file keeps a file's inode number for the file's whole life, so
// that a moved file can be told by it. FAT, FUSE and network file systems do not promise that.
bool has_lasting_inodes(int descriptor);
bool is_lasting_file_system(std::int64_t type);  // by statfs(2)'s f_type

}  // namespace swapmeet::transfer_swarm
