// By what a file is recognised: its inode, its size, and when its bytes and its inode changed last.
// A program may set the modification time as it likes, and some put it back after they have
// written; the time of the inode's change is the kernel's own. It moves with the name and the mode,
// too: a file of which only that time differs is to be read again, and may turn out to be the same.
// Threads: free functions.
#pragma once

#include <sys/stat.h>

#include <cstdint>

namespace swapmeet::transfer_swarm {

struct FileStamp {
  std::uint64_t inode = 0;  // 0: the file system gives its files other numbers at each mount
  std::uint64_t size = 0;
  std::int64_t mtime_ns = 0;
  // 0: not known, or the file system does not keep it for the file's whole life.
  std::int64_t ctime_ns = 0;
  bool operator==(const FileStamp&) const = default;
};

FileStamp stamp_of(const struct stat& info);
FileStamp stamp_of(const struct statx& info);
// The nearest that there is: 64 bits reach from 1677 to 2262.
std::int64_t nanoseconds_of(std::int64_t seconds, std::int64_t nanoseconds);
std::int64_t nanoseconds_of(const struct statx_timestamp& time);
// Whether both are of the same file with nothing changed about it, as far as both know: what one
// does not know (an inode or a ctime of 0) fits any.
bool agree(const FileStamp& one, const FileStamp& other);
// Whether `now` is the regular file that was stamped.
bool is_still(const FileStamp& stamp, const struct stat& now);

// Whether the file system of an open file keeps a file's inode number for the file's whole life, so
// that a moved file can be told by it. FAT, FUSE and network file systems do not promise that.
bool has_lasting_inodes(int descriptor);
bool is_lasting_file_system(std::int64_t type);  // by statfs(2)'s f_type

}  // namespace swapmeet::transfer_swarm
