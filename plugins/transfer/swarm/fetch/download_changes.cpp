// What is asked of all downloads at once: the database takes it as one change, however many they
// are.
#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "transfer/swarm/fetch/download_queue.h"

namespace swapmeet::transfer_swarm {

Result<std::uint64_t> DownloadQueue::change_all(DownloadChange change) {
  Lock lock(mutex_);
  const auto meant = meant_by(change);
  if (meant.empty()) return std::uint64_t{0};
  Result<void> changed;
  switch (change) {
    case DownloadChange::pause: changed = become(meant, DownloadState::paused, "paused"); break;
    case DownloadChange::resume: changed = retry(meant); break;
    case DownloadChange::cancel:
    case DownloadChange::clear: changed = forget(meant, lock); break;
  }
  if (!changed) return changed.error();
  return std::uint64_t{meant.size()};
}

std::vector<DownloadPointer> DownloadQueue::meant_by(DownloadChange change) const {
  using enum DownloadState;
  const auto takes = [change](DownloadState state) {
    switch (change) {
      case DownloadChange::pause: return state == running || state == waiting || state == queued;
      case DownloadChange::resume: return state == paused || state == waiting || state == failed;
      case DownloadChange::cancel: return state != done;
      case DownloadChange::clear: return state == done;
    }
    return false;
  };
  std::vector<DownloadPointer> meant;
  for (const auto& [id, download] : line_.all())
    if (!download->cancelled && takes(download->state())) meant.push_back(download);
  // In the order in which they were asked for, so that they are queued in that order again.
  std::sort(meant.begin(), meant.end(),
            [](const auto& one, const auto& other) { return one->kept.seq < other->kept.seq; });
  return meant;
}

Result<void> DownloadQueue::become(const std::vector<DownloadPointer>& downloads,
                                   DownloadState state, const std::string& why) {
  std::vector<DownloadStatus> before;
  for (const auto& download : downloads) {
    auto& status = download->kept.status;
    before.push_back(status);
    status.state = state;
    status.why = why;
    status.next_try.reset();
  }
  if (auto kept = record_.keep(downloads); !kept) {
    for (std::size_t i = 0; i < downloads.size(); ++i)
      downloads[i]->kept.status = std::move(before[i]);
    return kept;
  }
  for (const auto& download : downloads) {
    if (state == DownloadState::paused) stop_offering(*download);
    place(download);
    publish(*download);
    if (state == DownloadState::paused && download->transfer) download->transfer->interrupt();
  }
  return {};
}

Result<void> DownloadQueue::retry(const std::vector<DownloadPointer>& downloads) {
  for (const auto& download : downloads) {
    if (auto forgiven = forgive(*download); !forgiven) return forgiven;
    download->attempts = 0;
  }
  return become(downloads, DownloadState::queued, "");
}

// Stops them all, then deletes what has come of them, and forgets them.
Result<void> DownloadQueue::forget(const std::vector<DownloadPointer>& downloads, Lock& lock) {
  for (const auto& download : downloads) {
    download->cancelled = true;
    place(download);
    if (download->transfer) download->transfer->interrupt();
    stop_offering(*download);
  }
  changed_.wait(lock, [&] {
    return std::none_of(downloads.begin(), downloads.end(),
                        [](const auto& download) { return download->transfer != nullptr; });
  });
  lock.unlock();  // there may be a million files
  Result<void> removed;
  for (const auto& download : downloads) {
    std::error_code ignored;
    if (download->kept.folder)
      removed = folders_->remove(download->kept);
    else if (download->state() != DownloadState::done)
      std::filesystem::remove(download->kept.plan.partial(), ignored);
    if (!removed) break;
  }
  lock.lock();
  if (removed) removed = record_.remove(downloads);
  for (const auto& download : downloads) {
    if (removed) {
      line_.remove(download);
      continue;
    }
    download->cancelled = false;
    if (!is_over(download->state())) download->kept.status.state = DownloadState::paused;
    place(download);
  }
  return removed;
}

}  // namespace swapmeet::transfer_swarm
