#include "host/app/data_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "host/config/data_lock.h"
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
      ledger_(std::move(other.ledger_)),
      peer_(other.peer_),
      api_token_(std::move(other.api_token_)),
      registration_token_(std::move(other.registration_token_)) {}

DataFolder::~DataFolder() {
  if (lock_ >= 0) ::close(lock_);
}

// Who cannot read it is told less; no host fails for that.
void DataFolder::sign() const {
  const auto process = std::to_string(::getpid()) + '\n';
  if (::ftruncate(lock_, 0) == 0) [[maybe_unused]]
    const auto n = ::pwrite(lock_, process.data(), process.size(), 0);
}

Result<void> DataFolder::check_modes(const std::filesystem::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return unusable(path, "cannot be read");
  const auto refuse = [](const std::filesystem::path& what, const char* how, const char* mode) {
    return not_allowed(what.string() + ": others than this user " + how + "; chmod " + mode + ' ' +
                       what.string());
  };
  if ((status.st_mode & 022) != 0)
    return refuse(path, "may change what is in this data folder", "700");
  if ((status.st_mode & 055) != 0) return refuse(path, "may look into this data folder", "700");
  std::error_code error;
  std::filesystem::recursive_directory_iterator entries(path, error);
  for (; entries != std::filesystem::recursive_directory_iterator(); entries.increment(error)) {
    if (error || entries.depth() > 0) entries.disable_recursion_pending();
    const auto kind = entries->path().extension();
    if ((kind == ".token" || kind == ".key") && ::lstat(entries->path().c_str(), &status) == 0 &&
        S_ISREG(status.st_mode) && (status.st_mode & 077) != 0)
      return refuse(entries->path(), "may read this secret, or change it", "600");
  }
  return {};
}

// Before anything is made anew in its place.
Result<void> DataFolder::check_losses(std::vector<std::string>* accepted) {
  if (accepted != nullptr) {
    auto told = ledger_->accept_lost_files();
    if (!told) return told.error();
    *accepted = std::move(*told);
    return {};
  }
  const auto lost = ledger_->lost_files();
  if (lost.empty()) return {};
  std::string sentences;
  for (const auto& one : lost) sentences += one + ". ";
  return corrupt(sentences + remedy_of_losses(path_));
}

Result<DataFolder> DataFolder::open(const std::filesystem::path& path,
                                    std::vector<std::string>* accepted) {
  DataFolder folder;
  folder.path_ = path;
  std::error_code error;
  if (std::filesystem::create_directories(path, error)) ::chmod(path.c_str(), 0700);
  if (error)
    return Error{
        ErrorCode::unavailable, path.string() + ": cannot be made: " + error.message(), {}};

  const auto lock_file = path / kDataLock;
  folder.lock_ = ::open(lock_file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (folder.lock_ < 0) return unusable(lock_file, "cannot be opened");
  if (::flock(folder.lock_, LOCK_EX | LOCK_NB) != 0)
    return Error{ErrorCode::conflict,
                 path.string() +
                     ": another host is running on this data folder; stop it, or give "
                     "this one a folder of its own ([host] data)",
                 {}};

  if (auto checked = check_modes(path); !checked) return checked.error();
  auto ledger = Ledger::read(path);
  if (!ledger) return ledger.error();
  folder.ledger_.emplace(std::move(*ledger));
  if (auto checked = folder.check_losses(accepted); !checked) return checked.error();

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
