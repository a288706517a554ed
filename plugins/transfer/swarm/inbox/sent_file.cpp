#include "transfer/swarm/inbox/sent_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "swapmeet/http.h"
#include "transfer/swarm/hashing/hash_file.h"

namespace swapmeet::transfer_swarm {
namespace {

Error failed(const std::string& path) {
  const auto code = errno == ENOENT || errno == ENOTDIR ? ErrorCode::not_found
                    : errno == EACCES                   ? ErrorCode::not_allowed
                                                        : ErrorCode::unavailable;
  return {code, path + " cannot be read: " + std::strerror(errno), {}};
}

int open_to_read(const std::string& path) {
  return ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}

}  // namespace

Result<FileStamp> stamp_of_file(const std::string& path) {
  const http::OpenFile file(open_to_read(path));
  if (file.descriptor() < 0) return failed(path);
  struct stat info {};
  if (fstat(file.descriptor(), &info) != 0) return failed(path);
  if (!S_ISREG(info.st_mode))
    return Error{ErrorCode::invalid_argument, path + " is neither a file nor a folder", {}};
  return stamp_of(info);
}

Result<MerkleTree> hash_file(const std::string& path, const FileStamp& stamp,
                             const std::function<bool()>& go_on) {
  const http::OpenFile file(open_to_read(path));
  if (file.descriptor() < 0) return failed(path);
  auto outcome = FileHasher().hash(file.descriptor(), stamp, [&] { return !go_on(); });
  switch (outcome.kind) {
    case HashOutcome::done: return std::move(outcome.tree);
    case HashOutcome::stopped: return Error{ErrorCode::cancelled, "ended", {}};
    case HashOutcome::unreadable: errno = outcome.error; return failed(path);
    case HashOutcome::changed: break;
  }
  return Error{ErrorCode::conflict, path + " changed while it was read", {}};
}

std::optional<MerkleTree> known_tree(Catalogue& catalogue, const std::string& path,
                                     const FileStamp& stamp) {
  for (const auto& share : catalogue.shares()) {
    const auto folder = share.spec.folder + '/';
    if (!path.starts_with(folder)) continue;
    if (const auto content = catalogue.content(share.key, path.substr(folder.size()), stamp))
      if (auto tree = catalogue.tree(*content); tree && tree->size == stamp.size) return tree;
  }
  return std::nullopt;
}

}  // namespace swapmeet::transfer_swarm
