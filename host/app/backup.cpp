#include "host/app/backup.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iterator>
#include <system_error>

#include "host/api/watch_store.h"
#include "host/auth/session_store.h"
#include "host/limits/ban_store.h"

namespace swapmeet {
namespace fs = std::filesystem;
namespace {

constexpr const char* kHostFiles[] = {"peer.id", "api.token", "registration.token", "ledger"};
// Of TLS: the operator's own files, where there are any, are the operator's to keep.
constexpr const char* kKeyFiles[] = {"peer.key", "peer.crt", "http.key", "http.crt"};

Error failed(const fs::path& path, const std::string& why) {
  return {ErrorCode::unavailable, path.string() + " cannot be made: " + why, {}};
}

Result<void> sync(const fs::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = descriptor >= 0 && ::fsync(descriptor) == 0;
  const std::string why = std::strerror(errno);
  if (descriptor >= 0) ::close(descriptor);
  if (!synced) return failed(path, why);
  return {};
}

Result<std::vector<std::string>> fill(const DataFolder& data, Manager& plugins,
                                      const fs::path& folder) {
  std::vector<std::string> names(std::begin(kHostFiles), std::end(kHostFiles));
  for (const char* name : kKeyFiles)
    if (std::error_code ignored; fs::exists(data.path() / name, ignored)) names.emplace_back(name);
  for (const auto& name : names) {
    std::error_code error;
    fs::copy_file(data.path() / name, folder / name, error);  // the mode comes along
    if (error) return failed(folder / name, error.message());
    if (auto synced = sync(folder / name); !synced) return std::move(synced).error();
  }
  if (auto copied = WatchStore::kept_in(data.path()).back_up(folder); !copied)
    return std::move(copied).error();
  if (auto copied = BanStore::kept_in(data.path()).back_up(folder); !copied)
    return std::move(copied).error();
  if (auto copied = SessionStore::kept_in(data.path()).back_up(folder); !copied)
    return std::move(copied).error();
  auto ids = plugins.back_up_stores(folder);
  if (!ids) return ids;
  if (auto synced = sync(folder); !synced) return std::move(synced).error();
  return ids;
}

}  // namespace

Result<std::vector<std::string>> back_up(const DataFolder& data, Manager& plugins,
                                         const fs::path& target) {
  if (!target.is_absolute() || !target.has_filename())
    return Error{ErrorCode::invalid_argument,
                 "the folder of a backup must be named by its whole path, without '/' at its end",
                 {}};
  auto unfinished = target;
  unfinished += ".unfinished";
  std::error_code error;
  for (const auto& path : {target, unfinished})
    if (fs::exists(fs::symlink_status(path, error)))
      return Error{ErrorCode::conflict,
                   path.string() + " is there already: name another folder, or remove it",
                   {}};
  fs::create_directories(target.parent_path(), error);
  if (error) return failed(target.parent_path(), error.message());
  if (!fs::create_directory(unfinished, error)) return failed(unfinished, error.message());
  fs::permissions(unfinished, fs::perms::owner_all, error);
  auto ids = fill(data, plugins, unfinished);
  if (ids) {
    fs::rename(unfinished, target, error);
    if (error) ids = failed(target, error.message());
  }
  if (!ids) {
    fs::remove_all(unfinished, error);
    return ids;
  }
  if (auto synced = sync(target.parent_path()); !synced) return std::move(synced).error();
  return ids;
}

}  // namespace swapmeet
