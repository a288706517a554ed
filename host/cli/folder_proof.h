// Shows a host that the person who asks may write into a folder: a file in it, with a name that
// nobody can guess, for as long as this is in scope. A host on this machine sees it and takes the
// folder for a download, though its configuration does not name it.
// Threads: one.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>

namespace swapmeet::cli {

class FolderProof {
 public:
  // In `folder`, or in the nearest folder above it that is there. nullopt: one may not write there.
  static std::optional<FolderProof> put_into(std::filesystem::path folder);
  FolderProof(FolderProof&& other) noexcept : file_(std::exchange(other.file_, {})) {}
  FolderProof& operator=(FolderProof&&) = delete;
  ~FolderProof();

  std::string name() const { return file_.filename().string(); }

 private:
  explicit FolderProof(std::filesystem::path file) : file_(std::move(file)) {}
  std::filesystem::path file_;
};

}  // namespace swapmeet::cli
