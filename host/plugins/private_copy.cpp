#include "host/plugins/private_copy.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "swapmeet/loading.h"

namespace swapmeet {
namespace fs = std::filesystem;
namespace {

// A file's descriptor, closed at the end unless it is kept.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }
  int keep() { return std::exchange(number_, -1); }

 private:
  int number_;
};

Error cannot(const fs::path& file, const std::string& why) {
  return invalid_argument(file.string() + ": " + why + ": " + std::strerror(errno));
}

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto wrote = ::write(descriptor, bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return true;
}

}  // namespace

Result<std::string> read_plugin_file(const fs::path& file) {
  const Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (opened.number() < 0) return cannot(file, "cannot be read");
  if (auto checked = check_plugin_file(file, opened.number()); !checked)
    return std::move(checked).error();
  std::string bytes;
  std::array<char, std::size_t{1} << 16> portion;
  while (true) {
    const auto got = ::read(opened.number(), portion.data(), portion.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return cannot(file, "cannot be read");
    if (got == 0) return bytes;
    bytes.append(portion.data(), static_cast<std::size_t>(got));
  }
}

Result<fs::path> keep_private_copy(const fs::path& file, const std::string& bytes) {
  Descriptor copy(::memfd_create(file.filename().c_str(), MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (copy.number() < 0) return cannot(file, "cannot be copied into memory");
  if (!write_all(copy.number(), bytes)) return cannot(file, "cannot be copied into memory");
  if (::fcntl(copy.number(), F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL))
    return cannot(file, "its copy in memory cannot be sealed");
  return fs::path("/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(copy.keep()));
}

}  // namespace swapmeet
