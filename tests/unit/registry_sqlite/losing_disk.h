// A disk that loses power: SQLite's default one while this exists, which keeps what was written
// apart from what was synced. After a given number of writes it makes the folder that a machine
// would find when it starts again: of what was not synced by then, some sectors are there and some
// are not. Everything goes on undisturbed afterwards. Files are told apart by name, without their
// folder. Threads: one thread's.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace swapmeet::registry_sqlite::testing {

class LosingDisk {
 public:
  LosingDisk();
  ~LosingDisk();
  LosingDisk(const LosingDisk&) = delete;
  LosingDisk& operator=(const LosingDisk&) = delete;

  // Power goes at the `writes`-th write or sync from now on; `gone` is called then.
  void lose_power(std::size_t writes, unsigned seed, std::filesystem::path found_afterwards,
                  std::function<void()> gone);
  bool has_lost_power() const { return !gone_; }

  // For the files that SQLite opens here:
  void write(const std::string& name, std::string bytes, std::uint64_t offset);
  void truncate(const std::string& name, std::uint64_t size);
  void sync(const std::string& name);
  void remove(const std::string& name);
  sqlite3_vfs* real() const { return real_; }

 private:
  struct Change {
    bool is_truncation = false;
    std::uint64_t offset = 0;  // or the size
    std::string bytes;
  };
  struct Contents {
    std::string synced;
    std::vector<Change> since;
  };
  void count();
  void leave_what_is_there();

  sqlite3_vfs* real_;
  sqlite3_vfs vfs_;
  std::map<std::string, Contents> files_;
  std::size_t writes_left_ = 0;
  std::mt19937 random_;
  std::filesystem::path found_afterwards_;
  std::function<void()> gone_;  // empty: the power does not go, or has gone
};

}  // namespace swapmeet::registry_sqlite::testing
