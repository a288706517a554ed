#include "transfer/swarm/hashing/hash_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <thread>

#include "swapmeet/http.h"

namespace swapmeet::transfer_swarm {
namespace {

constexpr std::uint64_t kLookAgain = 64 * kBlockSize;
constexpr std::chrono::milliseconds kClockTick{20};

// A write within one tick of the file system's clock would leave the time as it is: a file that was
// written just now is left to grow older than that.
void let_settle(const FileStamp& stamp) {
  const auto age = std::chrono::system_clock::now().time_since_epoch() -
                   std::chrono::nanoseconds(stamp.mtime_ns);
  if (age >= std::chrono::nanoseconds(0) && age < kClockTick)
    std::this_thread::sleep_for(kClockTick - age);
}

bool is_still(const FileStamp& stamp, int descriptor) {
  struct stat info {};
  return fstat(descriptor, &info) == 0 && transfer_swarm::is_still(stamp, info);
}

}  // namespace

HashOutcome FileHasher::hash(const std::string& name, const FileStamp& stamp,
                             const std::function<bool()>& stopping) {
  const http::OpenFile file(open(name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  if (file.descriptor() < 0) {
    const bool gone = errno == ENOENT || errno == ENOTDIR || errno == ELOOP;
    return {gone ? HashOutcome::changed : HashOutcome::unreadable, {}, errno};
  }
  return hash(file.descriptor(), stamp, stopping);
}

HashOutcome FileHasher::hash(int descriptor, const FileStamp& stamp,
                             const std::function<bool()>& stopping) {
  let_settle(stamp);
  const bool is_large = stamp.size > block_.size();
  if (is_large) {
    if (!is_still(stamp, descriptor)) return {HashOutcome::changed, {}, 0};
    posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL);
  }
  builder_.clear();
  std::uint64_t total = 0;
  std::size_t filled = 0;
  // Many files are small, so no call is made that tells nothing new: at the end the file is the one
  // that was stamped, with its size and no write since, or it is not.
  while (total < stamp.size) {
    if (stopping()) return {HashOutcome::stopped, {}, 0};
    const auto wanted = std::min<std::uint64_t>(block_.size() - filled, stamp.size - total);
    const auto got = read(descriptor, block_.data() + filled, wanted);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return {HashOutcome::unreadable, {}, errno};
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
    total += static_cast<std::uint64_t>(got);
    if (filled < block_.size() && total < stamp.size) continue;
    builder_.add(block_.data(), filled);
    filled = 0;
    if (is_large && total % kLookAgain == 0 && !is_still(stamp, descriptor))
      return {HashOutcome::changed, {}, 0};
  }
  if (total != stamp.size || !is_still(stamp, descriptor)) return {HashOutcome::changed, {}, 0};
  return {HashOutcome::done, builder_.finish(), 0};
}

}  // namespace swapmeet::transfer_swarm
