#include "host/app/data_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <utility>

#include "swapmeet/http.h"

namespace swapmeet {
namespace {

Error failed(const std::filesystem::path& path, const std::string& doing) {
  const ErrorCode code = errno == ENOSPC ? ErrorCode::no_space : ErrorCode::unavailable;
  return {code, path.string() + ": " + doing + ": " + std::strerror(errno), {}};
}

template <std::size_t N>
std::string random_hex() {
  std::array<std::uint8_t, N> bytes{};
  if (getrandom(bytes.data(), N, 0) != static_cast<ssize_t>(N))
    throw std::runtime_error("the system gives no random numbers");
  return to_hex(bytes.data(), N);
}

// Either the old state or the whole new file survives a crash.
Result<void> write_durably(const std::filesystem::path& file, const std::string& text) {
  const auto temporary = file.string() + ".new";
  {
    const http::OpenFile out(
        ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (out.descriptor() < 0) return failed(file, "cannot be written");
    if (::write(out.descriptor(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
        ::fsync(out.descriptor()) != 0)
      return failed(file, "cannot be written");
  }
  if (::rename(temporary.c_str(), file.c_str()) != 0) return failed(file, "cannot be written");
  const http::OpenFile folder(
      ::open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.descriptor() >= 0) ::fsync(folder.descriptor());
  return {};
}

// The first word of the file, or `fresh` written to it when there is no file.
Result<std::string> read_or_make(const std::filesystem::path& file, const std::string& fresh) {
  if (std::ifstream in(file); in) {
    std::string word;
    in >> word;
    if (word.size() == fresh.size()) return word;
    return Error{ErrorCode::corrupt,
                 file.string() +
                     ": holds something else than expected; restore it from a backup, or "
                     "remove it to get a new one",
                 {}};
  }
  if (auto written = write_durably(file, fresh + "\n"); !written) return std::move(written).error();
  return fresh;
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
  if (folder.lock_ < 0) return failed(lock_file, "cannot be opened");
  if (::flock(folder.lock_, LOCK_EX | LOCK_NB) != 0)
    return Error{ErrorCode::conflict,
                 path.string() +
                     ": another host is running on this data folder; stop it, or give "
                     "this one a folder of its own ([host] data)",
                 {}};

  auto peer = read_or_make(path / "peer.id", random_hex<PeerId::kSize>());
  if (!peer) return std::move(peer).error();
  const auto id = PeerId::parse(*peer);
  if (!id)
    return Error{
        ErrorCode::corrupt, (path / "peer.id").string() + ": is not a peer id (32 hex digits)", {}};
  folder.peer_ = *id;
  auto token = read_or_make(path / "api.token", random_hex<32>());
  if (!token) return std::move(token).error();
  folder.api_token_ = std::move(*token);
  auto registration = read_or_make(path / "registration.token", random_hex<32>());
  if (!registration) return std::move(registration).error();
  folder.registration_token_ = std::move(*registration);
  return folder;
}

}  // namespace swapmeet
