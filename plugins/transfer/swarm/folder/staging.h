// Where small files wait until they may have their names: a hidden folder beside the one that is
// fetched, with a number for each file. What was written is brought to the disk for many files at
// once, and then each gets its name by a rename.
// Threads: write() and discard() from many threads at once; the rest from one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "swapmeet/result.h"
#include "transfer/swarm/base/real_folder.h"

namespace swapmeet::transfer_swarm {

class Staging {
 public:
  // `hidden`: the folder where files wait; made when it is not there, and emptied. `target`: the
  // folder where they go, on the same file system. No links are followed on the way there, nor
  // below it.
  static Result<Staging> open(const std::filesystem::path& hidden,
                              const std::filesystem::path& target);
  Staging(Staging&& other) noexcept;
  Staging& operator=(Staging&&) = delete;
  ~Staging();

  // Errors in common: `no_space`, the disk is full; `internal`, with a sentence.
  Result<void> write(unsigned number, const char* bytes, std::size_t size);
  void discard(unsigned number);
  // What was written under these numbers is on the disk when it returns ok, and so are all renames
  // before.
  Result<void> sync(std::span<const unsigned> numbers);
  // Gives it its name, a path below the target, and makes the folders on the way. On the disk with
  // the next sync(). `already_exists` unless `overwrite`. `conflict`: a file stands where a folder
  // should. `unsupported`: its folder is on another file system.
  Result<void> move(unsigned number, const std::string& path, bool overwrite);
  // `no_space`: the disk has fewer free bytes.
  Result<void> check_free(std::uint64_t bytes) const;
  void remove();  // the hidden folder and what is in it

  std::filesystem::path target(const std::string& path) const { return target_.path() / path; }
  std::uint64_t syncs() const { return syncs_; }  // system calls that brought something to the disk

 private:
  Staging(std::filesystem::path hidden, RealFolder target, int descriptor);
  Result<int> folder_of(const std::string& path);
  Result<void> sync_each(std::span<const unsigned> numbers);

  std::filesystem::path hidden_;
  RealFolder target_;
  int descriptor_;                       // of the hidden folder
  std::optional<RealFolder> folder_;     // the last one that something was moved into
  std::string folder_path_;              // its path below the target
  std::vector<std::string> renamed_in_;  // folders, since the last sync
  bool made_folders_ = false;            // since the last sync
  std::uint64_t syncs_ = 0;
};

}  // namespace swapmeet::transfer_swarm
