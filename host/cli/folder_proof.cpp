#include "host/cli/folder_proof.h"

#include <fcntl.h>
#include <unistd.h>

#include <system_error>

#include "swapmeet/downloads.h"
#include "swapmeet/secret_file.h"

namespace swapmeet::cli {

std::optional<FolderProof> FolderProof::put_into(std::filesystem::path folder) {
  std::error_code ignored;
  folder = std::filesystem::weakly_canonical(folder, ignored);
  while (!std::filesystem::is_directory(folder, ignored) && folder.has_relative_path())
    folder = folder.parent_path();
  auto file = folder / (std::string(kFolderProof) + random_hex(16));
  const int made = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (made < 0) return std::nullopt;
  ::close(made);
  return FolderProof(std::move(file));
}

FolderProof::~FolderProof() {
  if (!file_.empty()) ::unlink(file_.c_str());
}

}  // namespace swapmeet::cli
