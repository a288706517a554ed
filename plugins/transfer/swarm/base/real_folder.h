// A folder that downloads go to, open, at the place that was decided once: whoever may write beside
// it cannot lead a download elsewhere by putting a link where a folder was. All names below it are
// used through its descriptor.
// Threads: a value; its descriptor may be used from many threads.
#pragma once

#include <filesystem>
#include <string>
#include <utility>

#include "swapmeet/result.h"

namespace swapmeet::transfer_swarm {

class RealFolder {
 public:
  // Where `folder` leads to now: absolute and without links. What is not there yet stays as it is.
  static std::filesystem::path of(const std::filesystem::path& folder);
  // `conflict`: `folder` does not lead to `place` any more, which of() said once.
  static Result<void> check(const std::filesystem::path& folder,
                            const std::filesystem::path& place);
  // Opens an absolute path, and makes what is missing on the way. `conflict`: a link or a file
  // stands where a folder should be.
  static Result<RealFolder> open(const std::filesystem::path& place);
  // The same of a path below this one; empty: this one once more.
  Result<RealFolder> below(const std::filesystem::path& path) const;

  RealFolder(RealFolder&& other) noexcept
      : path_(std::move(other.path_)),
        descriptor_(std::exchange(other.descriptor_, -1)),
        made_(other.made_) {}
  RealFolder& operator=(RealFolder&& other) noexcept;
  ~RealFolder();

  int descriptor() const { return descriptor_; }
  const std::filesystem::path& path() const { return path_; }
  bool was_made() const { return made_; }  // it, or a folder on the way, was not there before
  void sync() const;  // what was named in it stays so across power loss; as far as that is possible

 private:
  RealFolder(std::filesystem::path path, int descriptor)
      : path_(std::move(path)), descriptor_(descriptor) {}
  Result<void> enter(const std::string& name);

  std::filesystem::path path_;
  int descriptor_;
  bool made_ = false;
};

}  // namespace swapmeet::transfer_swarm
