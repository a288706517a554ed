#include "transfer/swarm/folder/there_already.h"

#include <sys/stat.h>

namespace swapmeet::transfer_swarm {

ThereAlready::Kind ThereAlready::look(const std::filesystem::path& path, const ContentId& content,
                                      std::uint64_t size) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return nothing;
  if (!S_ISREG(status.st_mode) || static_cast<std::uint64_t>(status.st_size) != size) return other;
  if (size == 0) return content == kEmptyContent ? same : other;
  const auto hashed = hasher_.hash(path.string(), stamp_of(status), stopping_);
  if (hashed.kind == HashOutcome::stopped) return unknown;
  return hashed.kind == HashOutcome::done && hashed.tree.content == content ? same : other;
}

}  // namespace swapmeet::transfer_swarm
