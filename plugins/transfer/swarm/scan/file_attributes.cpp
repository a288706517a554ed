#include "transfer/swarm/scan/file_attributes.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <exception>
#include <utility>

#include "swapmeet/http.h"
#include "swapmeet/listing.h"

namespace swapmeet::transfer_swarm {
namespace {

constexpr std::chrono::seconds kPatience{2};  // with one file

}  // namespace

bool FileAttributes::reads(const std::string& path) const {
  return reader_.reads(name_of_path(path));
}

std::optional<ReadAttributes> FileAttributes::read(const std::string& file,
                                                   const FileStamp& stamp) const {
  auto version = this->version();
  if (version.empty()) return std::nullopt;
  const http::OpenFile opened(open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  struct stat info {};
  if (opened.descriptor() < 0 || fstat(opened.descriptor(), &info) != 0 || !is_still(stamp, info))
    return std::nullopt;
  try {
    auto read = reader_.read({.name = std::string(name_of_path(file)),
                              .descriptor = opened.descriptor(),
                              .size = stamp.size,
                              .deadline = Deadline(clock_.steady() + kPatience)});
    if (read) return ReadAttributes{std::move(version), std::move(*read)};
    if (read.error().code == ErrorCode::unavailable) return std::nullopt;
  } catch (const std::exception&) {  // the file has none, and is shared all the same
  }
  return ReadAttributes{std::move(version), {}};
}

}  // namespace swapmeet::transfer_swarm
