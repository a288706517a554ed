#include "losing_disk.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <new>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace swapmeet::registry_sqlite::testing {
namespace {

constexpr std::size_t kSector = 512;

// What SQLite holds for an open file; the real file's own follows behind.
struct File {
  sqlite3_file base;
  LosingDisk* disk;
  std::string* name;  // nullptr: a temporary one
  sqlite3_file* real;
};

File& of(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }
sqlite3_file* real(sqlite3_file* file) { return of(file).real; }
LosingDisk& of(sqlite3_vfs* vfs) { return *static_cast<LosingDisk*>(vfs->pAppData); }

std::string name_of(const char* path) { return std::filesystem::path(path).filename(); }

int file_close(sqlite3_file* file) {
  delete of(file).name;
  return real(file)->pMethods->xClose(real(file));
}
int file_read(sqlite3_file* file, void* to, int size, sqlite3_int64 offset) {
  return real(file)->pMethods->xRead(real(file), to, size, offset);
}
int file_write(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
  if (of(file).name)
    of(file).disk->write(
        *of(file).name, std::string(static_cast<const char*>(from), static_cast<std::size_t>(size)),
        static_cast<std::uint64_t>(offset));
  return real(file)->pMethods->xWrite(real(file), from, size, offset);
}
int file_truncate(sqlite3_file* file, sqlite3_int64 size) {
  if (of(file).name) of(file).disk->truncate(*of(file).name, static_cast<std::uint64_t>(size));
  return real(file)->pMethods->xTruncate(real(file), size);
}
int file_sync(sqlite3_file* file, int) {  // not to the real disk: that would only take time
  if (of(file).name) of(file).disk->sync(*of(file).name);
  return SQLITE_OK;
}
int file_size(sqlite3_file* file, sqlite3_int64* size) {
  return real(file)->pMethods->xFileSize(real(file), size);
}
int file_lock(sqlite3_file* file, int level) {
  return real(file)->pMethods->xLock(real(file), level);
}
int file_unlock(sqlite3_file* file, int level) {
  return real(file)->pMethods->xUnlock(real(file), level);
}
int file_check_lock(sqlite3_file* file, int* held) {
  return real(file)->pMethods->xCheckReservedLock(real(file), held);
}
int file_control(sqlite3_file* file, int what, void* argument) {
  return real(file)->pMethods->xFileControl(real(file), what, argument);
}
int sector_size(sqlite3_file*) { return kSector; }
int characteristics(sqlite3_file* file) {
  return real(file)->pMethods->xDeviceCharacteristics(real(file));
}
int file_map_shared(sqlite3_file* file, int region, int size, int extend, void volatile** memory) {
  return real(file)->pMethods->xShmMap(real(file), region, size, extend, memory);
}
int file_lock_shared(sqlite3_file* file, int offset, int count, int flags) {
  return real(file)->pMethods->xShmLock(real(file), offset, count, flags);
}
void shared_barrier(sqlite3_file* file) { real(file)->pMethods->xShmBarrier(real(file)); }
int file_unmap_shared(sqlite3_file* file, int remove) {
  return real(file)->pMethods->xShmUnmap(real(file), remove);
}

constexpr sqlite3_io_methods kMethods = {2,
                                         file_close,
                                         file_read,
                                         file_write,
                                         file_truncate,
                                         file_sync,
                                         file_size,
                                         file_lock,
                                         file_unlock,
                                         file_check_lock,
                                         file_control,
                                         sector_size,
                                         characteristics,
                                         file_map_shared,
                                         file_lock_shared,
                                         shared_barrier,
                                         file_unmap_shared,
                                         nullptr,
                                         nullptr};

int open_file(sqlite3_vfs* vfs, sqlite3_filename path, sqlite3_file* file, int flags,
              int* flags_then) {
  auto& disk = of(vfs);
  auto* opened = new (file) File{};
  opened->disk = &disk;
  opened->real = reinterpret_cast<sqlite3_file*>(opened + 1);
  const int code = disk.real()->xOpen(disk.real(), path, opened->real, flags, flags_then);
  if (code != SQLITE_OK) return code;
  if (path && !(flags & SQLITE_OPEN_DELETEONCLOSE)) opened->name = new std::string(name_of(path));
  opened->base.pMethods = &kMethods;
  return SQLITE_OK;
}

int remove_file(sqlite3_vfs* vfs, const char* path, int sync_folder) {
  of(vfs).remove(name_of(path));
  return of(vfs).real()->xDelete(of(vfs).real(), path, sync_folder);
}

}  // namespace

LosingDisk::LosingDisk() : real_(sqlite3_vfs_find(nullptr)), vfs_(*real_) {
  vfs_.iVersion = 1;
  vfs_.szOsFile = static_cast<int>(sizeof(File)) + real_->szOsFile;
  vfs_.zName = "losing_disk";
  vfs_.pAppData = this;
  vfs_.pNext = nullptr;
  vfs_.xOpen = open_file;
  vfs_.xDelete = remove_file;
  // The others get the real one's data, which are none of this one's.
  vfs_.xAccess = [](sqlite3_vfs* vfs, const char* path, int flags, int* result) {
    return of(vfs).real()->xAccess(of(vfs).real(), path, flags, result);
  };
  vfs_.xFullPathname = [](sqlite3_vfs* vfs, const char* path, int size, char* full) {
    return of(vfs).real()->xFullPathname(of(vfs).real(), path, size, full);
  };
  if (sqlite3_vfs_register(&vfs_, 1) != SQLITE_OK) throw std::runtime_error("no other disk");
}

LosingDisk::~LosingDisk() {
  sqlite3_vfs_unregister(&vfs_);
  sqlite3_vfs_register(real_, 1);
}

void LosingDisk::lose_power(std::size_t writes, unsigned seed,
                            std::filesystem::path found_afterwards, std::function<void()> gone) {
  writes_left_ = writes;
  random_.seed(seed);
  found_afterwards_ = std::move(found_afterwards);
  gone_ = std::move(gone);
}

void LosingDisk::write(const std::string& name, std::string bytes, std::uint64_t offset) {
  files_[name].since.push_back({false, offset, std::move(bytes)});
  count();
}

void LosingDisk::truncate(const std::string& name, std::uint64_t size) {
  files_[name].since.push_back({true, size, {}});
  count();
}

namespace {
void put(std::string& contents, std::uint64_t offset, std::string_view bytes) {
  if (contents.size() < offset + bytes.size()) contents.resize(offset + bytes.size());
  std::copy(bytes.begin(), bytes.end(), contents.begin() + static_cast<std::ptrdiff_t>(offset));
}
}  // namespace

void LosingDisk::sync(const std::string& name) {
  count();  // before it is done
  auto& file = files_[name];
  for (const auto& change : file.since) {
    if (change.is_truncation)
      file.synced.resize(change.offset);
    else
      put(file.synced, change.offset, change.bytes);
  }
  file.since.clear();
}

void LosingDisk::remove(const std::string& name) { files_.erase(name); }

void LosingDisk::count() {
  if (!gone_ || --writes_left_ > 0) return;
  leave_what_is_there();
  std::exchange(gone_, nullptr)();
}

void LosingDisk::leave_what_is_there() {
  for (const auto& [name, file] : files_) {
    auto contents = file.synced;
    const auto keeps = random_() % 4;  // nothing, all, or some of what was not synced
    const auto survives = [&] { return keeps == 1 || (keeps > 1 && random_() % 2 == 0); };
    for (const auto& change : file.since) {
      if (change.is_truncation) {
        if (survives()) contents.resize(change.offset);
        continue;
      }
      for (std::size_t at = 0; at < change.bytes.size(); at += kSector)
        if (survives())
          put(contents, change.offset + at, std::string_view(change.bytes).substr(at, kSector));
    }
    std::ofstream(found_afterwards_ / name, std::ios::binary) << contents;
  }
}

}  // namespace swapmeet::registry_sqlite::testing
