#include <cstring>

#include "transfer/swarm/scan/scanner_state.h"

namespace swapmeet::transfer_swarm {
namespace {

constexpr std::size_t kMostBatchBytes = 8 << 20;
constexpr std::chrono::seconds kShortestRetry{2};  // of a file that changed under our hands
constexpr int kRetryFactor = 10;                   // so at most a tenth of the time is wasted
constexpr std::chrono::milliseconds kTakeResults{20};

}  // namespace

// What cannot be read is not told of any more.
void Scanner::State::leave_out(const std::string& share, std::int64_t key, const std::string& path,
                               int error) {
  catalogue.remove(key, {path});
  left_out[share].add(path, std::strerror(error));
  say(share);
}

void Scanner::State::leave_out_closed() {
  decltype(closed) now;
  {
    const std::lock_guard lock(mutex);
    now.swap(closed);
  }
  for (const auto& [place, error] : now)
    if (const auto share = catalogue.share(place.first))
      leave_out(place.first, share->key, place.second, error);
}

// Gives the pool as much as it takes.
void Scanner::State::hand_out() {
  while (!tasks.empty() && !stopping) {
    auto& task = tasks.front();
    if (!task.next) task.next = next_job(task);
    if (!task.next && task.surveying) return;
    if (!task.next) {
      end(tasks.begin());
      continue;
    }
    const auto size = task.next->file.stamp.size;
    const auto place = std::pair(task.next->share, task.next->file.path);
    const auto stamp = task.next->file.stamp;
    if (!pool.offer(*task.next, task.urgent)) return;
    task.next.reset();
    in_flight.emplace(place, stamp);
    if (task.files == 0) {  // more than the survey counted
      const std::lock_guard lock(mutex);
      live[task.share.spec.name].add(1, size);
    }
    task.files -= std::min<std::uint64_t>(task.files, 1);
    task.bytes -= std::min(task.bytes, size);
  }
}

std::optional<HashJob> Scanner::State::next_job(Task& task) {
  while (auto file = stopping ? std::nullopt : next_file(task)) {
    const auto hashed = in_flight.find({task.share.key, file->path});
    if (hashed != in_flight.end()) {
      // It has changed since: what is under way will be out of date when it is committed.
      if (hashed->second != file->stamp)
        later.try_emplace({task.share.spec.name, folder_of_path(file->path), false},
                          Instant::now() + kShortestRetry);
      continue;
    }
    return HashJob{task.share.key, task.share.spec.name, task.share.spec.folder, std::move(*file)};
  }
  return std::nullopt;
}

std::optional<StoredFile> Scanner::State::next_file(Task& task) {
  if (!task.found.empty()) {
    auto file = std::move(task.found.front());
    task.found.pop_front();
    return file;
  }
  while (auto found = task.diff ? task.diff->next() : std::nullopt)
    if (found->kind == Difference::changed && !is_too_long(task.share, found->file.path))
      return std::move(found->file);
  return std::nullopt;
}

void Scanner::State::end(std::list<Task>::iterator task) {
  const std::lock_guard lock(mutex);
  auto& now = live[task->share.spec.name];
  now.take(task->files + (task->next ? 1 : 0), task->bytes);
  now.tasks -= std::min<std::uint64_t>(now.tasks, 1);
  tasks.erase(task);
}

// Those that a new scan of the scope does again.
void Scanner::State::end_tasks(const Scope& scope) {
  for (auto task = tasks.begin(); task != tasks.end();) {
    const auto old = task++;
    if (old->scope == scope || (scope.is_whole() && old->share.spec.name == scope.share)) end(old);
  }
}

// Wakes the scanner for many results at once: when the pool wants more, or after a moment.
void Scanner::State::keep(HashResult result) {
  const std::lock_guard lock(mutex);
  results.push_back(std::move(result));
  if (results_due || (!pool.is_half_empty() && Instant::now() - results_taken < kTakeResults))
    return;
  results_due = true;
  told.notify_all();
}

void Scanner::State::take_results() {
  std::vector<HashResult> now;
  {
    const std::lock_guard lock(mutex);
    now.swap(results);
    results_due = false;
    results_taken = Instant::now();
  }
  for (auto& result : now) take(std::move(result));
  if (batch.empty()) return;
  const bool last = tasks.empty() && in_flight.size() == batch_files;  // no more to wait for
  if (last || batch_files >= options.most_in_batch || batch_bytes >= kMostBatchBytes ||
      Instant::now() >= batch_due)
    flush();
}

void Scanner::State::take(HashResult result) {
  const auto& job = result.job;
  const auto& path = job.file.path;
  const auto size = job.file.stamp.size;
  if (result.outcome.kind == HashOutcome::done) {
    if (batch.empty()) batch_due = Instant::now() + options.longest_batch;
    ++batch_files;
    batch_bytes += result.outcome.tree.layer.size();
    batch[{job.share, job.share_name}].push_back(
        {path, job.file.stamp, std::move(result.outcome.tree), job.file.device, job.file.born_ns});
    return;
  }
  in_flight.erase({job.share, path});
  if (result.outcome.kind == HashOutcome::changed) {
    const auto retry = std::max<Instant::duration>(kRetryFactor * result.took, kShortestRetry);
    later.try_emplace({job.share_name, folder_of_path(path), false}, Instant::now() + retry);
  } else if (result.outcome.kind == HashOutcome::unreadable) {
    leave_out(job.share_name, job.share, path, result.outcome.error);
  }
  const std::lock_guard lock(mutex);
  live[job.share_name].take(1, size);
}

void Scanner::State::flush() {
  batch_files = batch_bytes = 0;
  for (const auto& [share, files] : std::exchange(batch, {})) {
    const auto& [key, name] = share;
    std::uint64_t bytes = 0;
    for (const auto& file : files) bytes += file.stamp.size;
    catalogue.commit(key, files);
    for (const auto& file : files) in_flight.erase({key, file.path});
    const std::lock_guard lock(mutex);
    totals.hashed_files += files.size();
    totals.hashed_bytes += bytes;
    live[name].take(files.size(), bytes);
  }
}

}  // namespace swapmeet::transfer_swarm
