#include "transfer/swarm/fetch/download_queue.h"

#include <algorithm>
#include <system_error>
#include <utility>

namespace swapmeet::transfer_swarm {
namespace {
using namespace std::chrono_literals;

constexpr auto kTellEvery = 500ms;        // how running downloads do
constexpr std::size_t kMostGrowing = 64;  // that are offered to others while they wait

}  // namespace

DownloadQueue::DownloadQueue(DownloadOptions options, const Folders& folders)
    : options_(std::move(options)),
      clock_(*options_.clock),
      news_(options_.log, options_.publish),
      record_(options_.database),
      folders_(folders ? folders(options_) : nullptr),
      random_(options_.seed) {
  for (auto& kept : record_.all()) {
    if (kept.folder && !folders_) continue;
    auto download = std::make_shared<Download>();
    download->kept = std::move(kept);
    if (download->kept.folder)
      if (const auto standing = folders_->standing(download->id()))
        tell(download->kept.status, *standing);
    line_.add(download);
    place(download);
  }
  scheduler_ = std::thread([this] {
    Lock lock(mutex_);
    schedule(lock);
  });
}

DownloadQueue::~DownloadQueue() { stop(); }

Result<std::unique_ptr<DownloadQueue>> DownloadQueue::open(DownloadOptions options,
                                                           const Folders& folders) {
  return sqlite::attempt([&]() -> Result<std::unique_ptr<DownloadQueue>> {
    return std::unique_ptr<DownloadQueue>(new DownloadQueue(std::move(options), folders));
  });
}

void DownloadQueue::interrupt() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  for (const auto& [id, download] : line_.all())
    if (download->transfer) download->transfer->interrupt();
  changed_.notify_all();
}

void DownloadQueue::stop() {
  interrupt();
  if (scheduler_.joinable()) scheduler_.join();
  for (auto& run : runs_)
    if (run.thread.joinable()) run.thread.join();
  runs_.clear();
}

void DownloadQueue::set_limits(const DownloadLimits& limits) {
  const std::lock_guard lock(mutex_);
  options_.limits = limits;
  for (const auto& [id, download] : line_.all()) {
    if (download->transfer) download->transfer->set_max_sources(limits.max_sources);
    if (download->state() == DownloadState::waiting) place(download, clock_.steady());
  }
}

// Who runs.

void DownloadQueue::schedule(Lock& lock) {
  auto told = clock_.steady();
  while (!stopping_) {
    join_ended_runs();
    const auto now = clock_.steady();
    while (const auto download = line_.due(now)) {
      download->kept.status.state = DownloadState::queued;
      place(download);
    }
    while (running_ < options_.limits.max_downloads) {
      const auto download = line_.next();
      if (!download) break;
      begin(download);
    }
    if (now - told >= kTellEvery) {
      told = now;
      for (const auto& run : runs_)
        if (!run.over) publish(*run.download);
    }
    const auto next = running_ > 0 ? std::optional(now + kTellEvery) : line_.next_due();
    if (next)
      clock_.wait_once(lock, changed_, *next);
    else
      changed_.wait(lock);
  }
}

void DownloadQueue::join_ended_runs() {
  runs_.remove_if([](Run& run) {
    if (run.over && run.thread.joinable()) run.thread.join();  // it has only its lock to give back
    return run.over;
  });
}

void DownloadQueue::begin(const DownloadPointer& download) {
  auto& status = download->kept.status;
  status.state = DownloadState::running;
  status.why.clear();
  status.next_try.reset();
  download->go_on_at_once = false;
  download->transfer = job_for(download);
  place(download);
  ++running_;
  auto& run = runs_.emplace_back(Run{download, {}});
  publish(*download);
  news_.began(status);
  try {
    run.thread = std::thread([this, &run, download, transfer = download->transfer] {
      const auto end = transfer->run();
      const std::lock_guard lock(mutex_);
      ended(download, end);
      run.over = true;
    });
  } catch (const std::system_error& error) {
    ended(download,
          {DownloadState::waiting, std::string("no thread can be started: ") + error.what()});
    run.over = true;
  }
}

std::shared_ptr<RunningDownload> DownloadQueue::job_for(const DownloadPointer& download) {
  auto options = options_;
  options.seed = random_();
  if (download->kept.folder) return folders_->job(download->kept, std::move(options));
  return std::make_shared<Transfer>(std::move(options), record_.plan_of(*download),
                                    [this, download](const TransferPlan& plan) {
                                      const std::lock_guard lock(mutex_);
                                      return record_.keep_plan(*download, plan);
                                    });
}

void DownloadQueue::ended(const DownloadPointer& download, const TransferEnd& end) {
  auto& status = download->kept.status;
  auto progress = download->transfer->progress();
  if (progress.done > status.done) download->attempts = 0;
  tell(status, std::move(progress));
  status.rate = 0;
  download->transfer.reset();
  --running_;
  const auto wait = settle(*download, end, clock_.now(), options_.patience, random_);
  if (status.state == DownloadState::done && !download->kept.folder)
    download->kept.mark = FileMark::of(status.path);
  if (!download->cancelled) {
    // A download that waits or was interrupted is queued after a restart, and that it is in the
    // database already.
    auto kept = record_.keep_history(*download);
    if (kept && is_over(status.state)) kept = record_.keep(*download);
    const auto& plan = download->kept.plan;
    if (!kept) news_.log(plan, "cannot be recorded", kept.error().message);
    if (status.state == DownloadState::done) news_.log(plan, "done", status.path);
    if (status.state == DownloadState::failed) news_.log(plan, "failed", status.why);
    if (status.state == DownloadState::waiting && status.why != download->told_why)
      news_.log(plan, "waits", download->told_why = status.why);
    publish(*download);
    news_.ended(status);
  }
  const bool goes_on =
      status.state == DownloadState::waiting || status.state == DownloadState::queued;
  if (!goes_on || (options_.growing != nullptr && options_.growing->count() > kMostGrowing))
    stop_offering(*download);
  place(download, clock_.steady() + wait.value_or(0ms));
  changed_.notify_all();
}

void DownloadQueue::place(const DownloadPointer& download, Instant retry_at) {
  const bool stands = !download->transfer && !download->cancelled;
  if (stands && download->state() == DownloadState::queued)
    line_.queue(download);
  else if (stands && download->state() == DownloadState::waiting)
    line_.wait(download, retry_at);
  else
    line_.leave(download);
  order_.put(download);
  changed_.notify_all();
}

void DownloadQueue::stop_offering(const Download& download) {
  if (options_.growing != nullptr) options_.growing->remove(download.id());
}

DownloadStatus DownloadQueue::status_of(const Download& download) const {
  auto status = download.kept.status;
  if (download.transfer) tell(status, download.transfer->progress());
  return status;
}

}  // namespace swapmeet::transfer_swarm
