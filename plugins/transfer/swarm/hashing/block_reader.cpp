#include "transfer/swarm/hashing/block_reader.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "swapmeet/http.h"
#include "transfer/swarm/hashing/merkle.h"

namespace swapmeet::transfer_swarm {
namespace {

constexpr std::uint64_t kLookAgain = 64 * kBlockSize;
constexpr std::chrono::milliseconds kClockTick{20};

bool is_still(const FileStamp& stamp, int descriptor) {
  struct stat info {};
  return fstat(descriptor, &info) == 0 && transfer_swarm::is_still(stamp, info);
}

}  // namespace

BlockReader::BlockReader(Clock& clock) : clock_(clock), block_(kBlockSize) {}

// A write within one tick of the file system's clock would leave the time as it is: a file that was
// written just now is left to grow older than that.
void BlockReader::let_settle(const FileStamp& stamp) {
  const std::chrono::nanoseconds touched(std::max(stamp.mtime_ns, stamp.ctime_ns));
  const auto age =
      clock_.now().time_since_epoch() - std::chrono::floor<std::chrono::milliseconds>(touched);
  if (age < std::chrono::milliseconds(0) || age >= kClockTick) return;
  clock_.sleep_for(kClockTick - age);
}

ReadOutcome BlockReader::read(const std::string& name, const FileStamp& stamp,
                              const Stopping& stopping, const Take& take) {
  const http::OpenFile file(open(name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  if (file.descriptor() < 0) {
    const bool gone = errno == ENOENT || errno == ENOTDIR || errno == ELOOP;
    return {gone ? ReadOutcome::changed : ReadOutcome::unreadable, errno};
  }
  return read(file.descriptor(), stamp, stopping, take);
}

ReadOutcome BlockReader::read(int descriptor, const FileStamp& stamp, const Stopping& stopping,
                              const Take& take) {
  let_settle(stamp);
  const bool is_large = stamp.size > block_.size();
  if (is_large) {
    if (!is_still(stamp, descriptor)) return {ReadOutcome::changed};
    posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL);
  }
  std::uint64_t total = 0;
  std::size_t filled = 0;
  // Many files are small, so no system call is made that brings no news. At the end the file is the
  // one that was stamped, with its size and no write since, or it is not.
  while (total < stamp.size) {
    if (stopping()) return {ReadOutcome::stopped};
    const auto wanted = std::min<std::uint64_t>(block_.size() - filled, stamp.size - total);
    const auto got = ::read(descriptor, block_.data() + filled, wanted);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return {ReadOutcome::unreadable, errno};
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
    total += static_cast<std::uint64_t>(got);
    if (filled < block_.size() && total < stamp.size) continue;
    take({block_.data(), filled});
    filled = 0;
    if (is_large && total % kLookAgain == 0 && !is_still(stamp, descriptor))
      return {ReadOutcome::changed};
  }
  if (total != stamp.size || !is_still(stamp, descriptor)) return {ReadOutcome::changed};
  return {ReadOutcome::done};
}

}  // namespace swapmeet::transfer_swarm
