#include "transfer/swarm/scan/file_hashing.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "swapmeet/listing.h"

namespace swapmeet::transfer_swarm {
namespace {

constexpr std::chrono::seconds kShortestRetry{2};  // of a file that changed under our hands
constexpr int kRetryFactor = 10;                   // so at most a tenth of the time is wasted

}  // namespace

FileHashing::FileHashing(Catalogue& catalogue, Clock& clock, Arrivals& arrivals,
                         ScanProgress& progress, LeftOutFiles& left_out, HashingOptions options)
    : catalogue_(catalogue),
      clock_(clock),
      arrivals_(arrivals),
      progress_(progress),
      left_out_(left_out),
      attributes_(options.attributes),
      batch_(options.most_in_batch, options.longest_batch),
      pool_(
          clock, options.threads, std::move(options.moved),
          [this](HashResult result) { arrivals_.add(std::move(result), pool_.is_half_empty()); },
          options.attributes) {}

ScanTask& FileHashing::begin(const StoredShare& share, const Scope& scope) {
  progress_.begin(scope.share);
  const auto at = scope.is_whole() ? tasks_.end() : tasks_.begin();
  return tasks_.insert(at, Task{ScanTask(share, scope)})->scan;
}

void FileHashing::end(std::list<Task>::iterator task) {
  const auto& scan = task->scan;
  const auto& share = scan.share().spec.name;
  const bool was_counted = task->next && !task->next->known;
  progress_.take(share, scan.files() + (was_counted ? 1 : 0), scan.bytes());
  progress_.end(share);
  tasks_.erase(task);
}

void FileHashing::end_tasks(const Scope& scope) {
  for (auto task = tasks_.begin(); task != tasks_.end();) {
    const auto old = task++;
    const auto& other = old->scan.scope();
    if (other == scope || (scope.is_whole() && other.share == scope.share)) end(old);
  }
}

void FileHashing::go_on() {
  take_results();
  hand_out();
}

void FileHashing::hand_out() {
  while (!tasks_.empty() && !arrivals_.is_stopping()) {
    auto& [scan, next, unread] = tasks_.front();
    if (!next) next = next_job(scan);
    if (!next && !scan.is_surveyed()) return;
    if (!next) next = next_unread(tasks_.front());
    if (!next) {
      end(tasks_.begin());
      continue;
    }
    const auto file = std::pair(next->file.path, next->file.stamp);
    const bool was_known = next->known.has_value();
    if (!pool_.offer(*next, scan.is_urgent())) return;
    next.reset();
    const auto& [path, stamp] = file;
    in_flight_.add(scan.share().key, path, stamp);
    const auto& name = scan.share().spec.name;
    if (was_known)
      progress_.begin(name);  // until its attributes are kept
    else if (!scan.handed_out(stamp.size))
      progress_.add(name, 1, stamp.size);
  }
}

std::optional<HashJob> FileHashing::next_job(ScanTask& scan) {
  const auto& share = scan.share();
  while (auto file = arrivals_.is_stopping() ? std::nullopt : scan.next()) {
    const auto* hashed = in_flight_.find(share.key, file->path);
    if (hashed == nullptr)
      return HashJob{share.key, share.spec.name, share.spec.folder, std::move(*file)};
    // When it has changed since, what is under way will be out of date once it is committed.
    if (*hashed != file->stamp)
      arrivals_.request_at({share.spec.name, std::string(folder_of_path(file->path)), false},
                           clock_.steady() + kShortestRetry);
  }
  return std::nullopt;
}

std::optional<HashJob> FileHashing::next_unread(Task& task) {
  const auto& share = task.scan.share();
  if (attributes_ == nullptr || !task.scan.scope().is_whole()) return std::nullopt;
  if (!task.unread) task.unread.emplace(catalogue_, *attributes_, share.key);
  while (auto file = arrivals_.is_stopping() ? std::nullopt : task.unread->next())
    if (in_flight_.find(share.key, file->file.path) == nullptr)
      return HashJob{share.key, share.spec.name, share.spec.folder, std::move(file->file),
                     file->content};
  return std::nullopt;
}

void FileHashing::take_results() {
  for (auto& result : arrivals_.take_results()) take(std::move(result));
  if (batch_.size() == 0) return;
  const bool is_last = tasks_.empty() && in_flight_.size() == batch_.size();
  if (is_last || batch_.is_due(clock_.steady())) commit();
}

void FileHashing::take(HashResult result) {
  const auto& job = result.job;
  const auto& path = job.file.path;
  const auto size = job.file.stamp.size;
  if (job.known && !result.attributes) {
    progress_.end(job.share_name);
    return in_flight_.remove(job.share, path);
  }
  if (result.outcome.kind == HashOutcome::done) {
    left_out_.forget(job.share_name, path);
    batch_.add(job.share, job.share_name,
               {path, job.file.stamp, std::move(result.outcome.tree), job.file.device,
                job.file.born_ns, std::move(result.attributes), job.known.has_value()},
               clock_.steady());
    return;
  }
  in_flight_.remove(job.share, path);
  if (result.outcome.kind == HashOutcome::changed) {
    const auto retry = std::max<Instant::duration>(kRetryFactor * result.took, kShortestRetry);
    arrivals_.request_at({job.share_name, std::string(folder_of_path(path)), false},
                         clock_.steady() + retry);
  } else if (result.outcome.kind == HashOutcome::unreadable) {
    catalogue_.remove(job.share, {path});
    left_out_.add(job.share_name, path, std::strerror(result.outcome.error));
    left_out_.show(job.share_name);
  }
  progress_.take(job.share_name, 1, size);
}

void FileHashing::commit() {
  for (const auto& [share, files] : batch_.take()) {
    const auto& [key, name] = share;
    std::uint64_t hashed = 0;
    std::uint64_t bytes = 0;
    for (const auto& file : files) {
      if (file.was_known) continue;
      ++hashed;
      bytes += file.stamp.size;
    }
    catalogue_.commit(key, files);
    for (const auto& file : files) {
      in_flight_.remove(key, file.path);
      if (file.was_known) progress_.end(name);
    }
    progress_.committed(name, hashed, bytes);
  }
}

void FileHashing::clear() {
  tasks_.clear();
  in_flight_.clear();
  batch_.take();
}

void FileHashing::stop() {
  pool_.stop();
  take_results();
  commit();
}

}  // namespace swapmeet::transfer_swarm
