#include "transfer/swarm/inbox_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "swapmeet/http.h"

namespace swapmeet::swarm {
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

Error changed(const std::string& path) {
  return {ErrorCode::conflict, path + " changed while it was read", {}};
}

}  // namespace

Result<FileStamp> stamp_of_file(const std::string& path) {
  const http::OpenFile file(open_to_read(path));
  if (file.descriptor() < 0) return failed(path);
  struct stat info {};
  if (fstat(file.descriptor(), &info) != 0) return failed(path);
  if (!S_ISREG(info.st_mode))
    return Error{ErrorCode::invalid_argument, path + " is no file; only files can be sent", {}};
  return stamp_of(info);
}

Result<MerkleTree> hash_file(const std::string& path, const FileStamp& stamp,
                             const std::function<bool()>& go_on) {
  const http::OpenFile file(open_to_read(path));
  if (file.descriptor() < 0) return failed(path);
  MerkleBuilder builder;
  std::vector<char> block(kBlockSize);
  for (std::uint64_t at = 0; at < stamp.size;) {
    if (!go_on()) return Error{ErrorCode::cancelled, "ended", {}};
    std::size_t filled = 0;
    while (filled < block.size()) {
      const auto got = ::read(file.descriptor(), block.data() + filled, block.size() - filled);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return failed(path);
      if (got == 0) break;
      filled += static_cast<std::size_t>(got);
    }
    if (filled == 0) return changed(path);
    builder.add(block.data(), filled);
    at += filled;
  }
  struct stat after {};
  if (fstat(file.descriptor(), &after) != 0) return failed(path);
  auto tree = builder.finish();
  if (!is_still(stamp, after) || tree.size != stamp.size) return changed(path);
  return tree;
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

}  // namespace swapmeet::swarm
