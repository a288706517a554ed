#include "host/app/data_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "swapmeet/secret_file.h"

namespace swapmeet {
namespace {

Error unusable(const std::filesystem::path& path, const std::string& doing) {
  const ErrorCode code = errno == ENOSPC ? ErrorCode::no_space : ErrorCode::unavailable;
  return {code, path.string() + ": " + doing + ": " + std::strerror(errno), {}};
}

}  // namespace

DataFolder::DataFolder(DataFolder&& other) noexcept
    : path_(std::move(other.path_)),
      lock_(std::exchange(other.lock_, -1)),
      peer_(other.peer_),
      api_token_(std::move(other.api_token_)),
      registration_token_(std::move(other.registration_token_)) {}

DataFolder::~DataFolder() {
  if (lock_ >= 0) ::close(lock_);
}

Result<DataFolder> DataFolder::open(const std::filesystem::path& path) {
  DataFolder folder;
  folder.path_ = path;
  std::error_code error;
  if (std::filesystem::create_directories(path, error)) ::chmod(path.c_str(), 0700);
  if (error)
    return Error{
        ErrorCode::unavailable, path.string() + ": cannot be made: " + error.message(), {}};

  const auto lock_file = path / "lock";
  folder.lock_ = ::open(lock_file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (folder.lock_ < 0) return unusable(lock_file, "cannot be opened");
  if (::flock(folder.lock_, LOCK_EX | LOCK_NB) != 0)
    return Error{ErrorCode::conflict,
                 path.string() +
                     ": another host is running on this data folder; stop it, or give "
                     "this one a folder of its own ([host] data)",
                 {}};

  auto peer = read_or_make_secret(path / "peer.id", random_hex(PeerId::kSize));
  if (!peer) return std::move(peer).error();
  const auto id = PeerId::parse(*peer);
  if (!id)
    return Error{
        ErrorCode::corrupt, (path / "peer.id").string() + ": is not a peer id (32 hex digits)", {}};
  folder.peer_ = *id;
  auto token = read_or_make_secret(path / "api.token", random_hex(32));
  if (!token) return std::move(token).error();
  folder.api_token_ = std::move(*token);
  auto registration = read_or_make_secret(path / "registration.token", random_hex(32));
  if (!registration) return std::move(registration).error();
  folder.registration_token_ = std::move(*registration);
  return folder;
}

}  // namespace swapmeet
