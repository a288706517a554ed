#include "transfer/swarm/hash_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <thread>

#include "swapmeet/http.h"

namespace swapmeet::swarm {
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
  return fstat(descriptor, &info) == 0 && swarm::is_still(stamp, info);
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
  if (!is_still(stamp, descriptor)) return {HashOutcome::changed, {}, 0};
  posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL);
  MerkleBuilder builder;
  std::uint64_t total = 0;
  std::size_t filled = 0;
  for (;;) {
    if (stopping()) return {HashOutcome::stopped, {}, 0};
    const auto got = read(descriptor, block_.data() + filled, block_.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return {HashOutcome::unreadable, {}, errno};
    filled += static_cast<std::size_t>(got);
    total += static_cast<std::uint64_t>(got);
    if (total > stamp.size) return {HashOutcome::changed, {}, 0};
    if (filled == block_.size() || got == 0) {
      builder.add(block_.data(), filled);
      filled = 0;
      if (total % kLookAgain == 0 && !is_still(stamp, descriptor))
        return {HashOutcome::changed, {}, 0};
    }
    if (got == 0) break;
  }
  if (total != stamp.size || !is_still(stamp, descriptor)) return {HashOutcome::changed, {}, 0};
  return {HashOutcome::done, builder.finish(), 0};
}

}  // namespace swapmeet::swarm
