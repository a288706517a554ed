// A folder of the test's own whose files are kept in memory where that is possible, so that a store
// that syncs each commit does not wait for a disk.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace swapmeet::transfer_swarm {

class MemoryFolder {
 public:
  MemoryFolder() {
    std::string name = (base() / "swapmeet-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder for the test");
    path = name;
  }
  ~MemoryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  MemoryFolder(const MemoryFolder&) = delete;
  MemoryFolder& operator=(const MemoryFolder&) = delete;

  void write(const std::string& name, const std::string& bytes) const {
    std::filesystem::create_directories((path / name).parent_path());
    std::ofstream(path / name, std::ios::binary) << bytes;
  }

  std::filesystem::path path;

 private:
  // A container may have very little shared memory.
  static std::filesystem::path base() {
    const std::filesystem::path memory = "/dev/shm";
    std::error_code missing;
    const auto space = std::filesystem::space(memory, missing);
    const bool fits = !missing && space.available > (std::uintmax_t{256} << 20);
    return fits && ::access(memory.c_str(), W_OK) == 0 ? memory
                                                       : std::filesystem::temp_directory_path();
  }
};

}  // namespace swapmeet::transfer_swarm
