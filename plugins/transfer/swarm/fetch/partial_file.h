// The file that a download grows in, beside its final place: a hidden name on the same file
// system, so that finishing is one rename.
// Threads: write() from many threads at once; the rest from one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

#include "swapmeet/result.h"
#include "transfer/swarm/base/real_folder.h"

namespace swapmeet::transfer_swarm {

class PartialFile {
 public:
  // A system call. The page cache takes memory in portions as large as the write; those of up to 32
  // KiB come from what a processor has at hand and are warm. On a virtual machine that gives free
  // memory back to its host larger ones are not: measured 0.15 to 2.9 s of CPU time a GB with 1
  // MiB, 0.2 to 0.3 with 32 KiB.
  static constexpr std::size_t kWriteAtOnce = 32 << 10;

  // It is there with its full size: what had been written is still in it.
  static bool is_whole(const std::filesystem::path& path, std::uint64_t size);
  // Opens or makes it, with its place on the disk reserved where the file system can do that.
  // `place`: where its folder really is (RealFolder::of). `resumed`: there are bytes in it that
  // count; else whatever stands there under its hidden name is replaced. `no_space`: the disk is
  // full, or less than `min_free` bytes would stay free; a new file is removed again. `conflict`:
  // its folder leads elsewhere by now, or the file has another name too, or belongs to another
  // user.
  static Result<PartialFile> open(const std::filesystem::path& path,
                                  const std::filesystem::path& place, std::uint64_t size,
                                  std::uint64_t min_free, bool resumed);
  PartialFile(PartialFile&& other) noexcept
      : path_(std::move(other.path_)),
        folder_(std::move(other.folder_)),
        descriptor_(std::exchange(other.descriptor_, -1)) {}
  PartialFile& operator=(PartialFile&&) = delete;
  ~PartialFile();

  Result<void> write(std::uint64_t offset, const char* bytes, std::size_t size);
  Result<void> sync();  // what was written is on the disk when it returns ok
  // Gives it this name in its folder; `already_exists` unless `overwrite`. The rename is on the
  // disk then. `conflict`: another file stands there in its place.
  Result<void> rename_to(const std::string& name, bool overwrite);

 private:
  PartialFile(std::filesystem::path path, RealFolder folder)
      : path_(std::move(path)), folder_(std::move(folder)) {}
  std::string name() const { return path_.filename().string(); }
  Result<void> open_descriptor(bool resumed);
  Result<void> check_own() const;

  std::filesystem::path path_;
  RealFolder folder_;
  int descriptor_ = -1;
};

}  // namespace swapmeet::transfer_swarm
