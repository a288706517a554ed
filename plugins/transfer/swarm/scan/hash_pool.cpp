#include "transfer/swarm/scan/hash_pool.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace swapmeet::transfer_swarm {
namespace {

constexpr std::size_t kMostWaiting = 512;

// Transfers and the person's other programs come first, at the processor and at the disk. The
// threads that this is refused to run as they are.
void step_back() {
  constexpr int kNice = 10;
  constexpr int kIoWhoProcess = 1;        // IOPRIO_WHO_PROCESS; 0: this thread
  constexpr int kIoLowest = 2 << 13 | 7;  // IOPRIO_CLASS_BE, its last level
  static_cast<void>(setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNice));
  static_cast<void>(syscall(SYS_ioprio_set, kIoWhoProcess, 0, kIoLowest));
}

}  // namespace

HashPool::HashPool(Clock& clock, std::size_t threads, std::function<std::uint64_t()> moved,
                   std::function<void(HashResult)> done, const FileAttributes* attributes)
    : clock_(clock), moved_(std::move(moved)), done_(std::move(done)), attributes_(attributes) {
  if (threads == 0) threads = std::max(1U, std::thread::hardware_concurrency() / 2);
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

bool HashPool::offer(HashJob& job, bool urgent) {
  const std::lock_guard lock(mutex_);
  if (queue_.size() >= (urgent ? 4 : 1) * kMostWaiting) return false;
  if (urgent)
    queue_.push_front(std::move(job));
  else
    queue_.push_back(std::move(job));
  waiting_ = queue_.size();
  given_.notify_one();
  return true;
}

bool HashPool::is_half_empty() const { return waiting_ <= kMostWaiting / 2; }

void HashPool::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    queue_.clear();
    waiting_ = 0;
  }
  given_.notify_all();
  ended_.notify_all();
  for (auto& thread : threads_)
    if (thread.joinable()) thread.join();
}

// Before every read: sleeps first when transfers need the machine.
bool HashPool::is_to_stop(TransferYield& yield) {
  if (const auto pause = yield.pause(clock_.steady()); pause > pause.zero()) {
    std::unique_lock lock(mutex_);
    clock_.wait_for(lock, ended_, pause, [this] { return stopping_.load(); });
    yield.resume(clock_.steady());
  }
  return stopping_;
}

void HashPool::work_on(HashResult& result, FileHasher& hasher, TransferYield& yield) {
  const auto& job = result.job;
  const auto file = job.folder + '/' + job.file.path;
  if (job.known)
    result.outcome.tree.content = *job.known;
  else
    result.outcome = hasher.hash(file, job.file.stamp, [&] { return is_to_stop(yield); });
  if (result.outcome.kind == HashOutcome::done && attributes_ && attributes_->reads(file))
    result.attributes = attributes_->read(file, job.file.stamp);
}

void HashPool::run() {
  step_back();
  FileHasher hasher(clock_);
  TransferYield yield(moved_, clock_.steady());
  for (;;) {
    HashResult result;
    {
      std::unique_lock lock(mutex_);
      given_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (stopping_) return;
      result.job = std::move(queue_.front());
      queue_.pop_front();
      waiting_ = queue_.size();
    }
    const auto began = clock_.steady();
    try {
      work_on(result, hasher, yield);
    } catch (const std::exception&) {  // no memory, no digest
      result.outcome = {{HashOutcome::unreadable, ENOMEM}, {}};
    }
    result.took = clock_.steady() - began;
    done_(std::move(result));
  }
}

}  // namespace swapmeet::transfer_swarm
