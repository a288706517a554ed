#include "transfer/swarm/fetch/download_queue.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "transfer/swarm/fetch/download_history.h"
#include "transfer/swarm/fetch/download_plan.h"

namespace swapmeet::transfer_swarm {
namespace {
using namespace std::chrono_literals;

constexpr auto kTellEvery = 500ms;        // how running downloads do
constexpr std::size_t kMostGrowing = 64;  // that are offered to others while they wait

Error no_such(const std::string& id) {
  return {ErrorCode::not_found, "there is no download " + id, {}};
}

bool is_over(DownloadState state) {
  return state == DownloadState::done || state == DownloadState::failed;
}

// Where this host shares it, when nobody else is known to have it; empty: there is no such place.
std::string only_place_of(const TransferPlan& plan, const DownloadOptions& options) {
  if (!plan.record || !plan.given.empty() || !options.own.file) return {};
  const auto& sources = plan.record->sources;
  if (std::any_of(sources.begin(), sources.end(),
                  [&](const Source& source) { return source.peer != options.self; }))
    return {};
  return options.own.file(plan.content);
}

void tell(DownloadStatus& status, const FolderStanding& standing) {
  status.folder = standing.counts;
  status.size = standing.size;
  status.done = standing.done;
}

void tell(DownloadStatus& status, TransferProgress progress) {
  status.done = progress.done;
  status.rate = progress.rate;
  status.sources = merged(status.sources, std::move(progress.sources));
  if (progress.size) status.size = *progress.size;
  if (progress.folder) status.folder = progress.folder;
}

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

// What is asked for.

Result<DownloadStatus> DownloadQueue::start(const DownloadRequest& request) {
  return start_wanted_by("", request);
}

Result<DownloadStatus> DownloadQueue::start_for(const std::string& offer,
                                                const DownloadRequest& request) {
  return start_wanted_by(offer, request);
}

Result<DownloadStatus> DownloadQueue::start_wanted_by(const std::string& offer,
                                                      const DownloadRequest& request) {
  // An offer says all that the registry could; there may be thousands. And the registry may take
  // its time, so it is asked without the lock.
  auto plan = plan_for(request, options_.download_folder,
                       offer.empty() ? options_.registry : nullptr, options_.self);
  if (!plan) return plan.error();
  const auto here = only_place_of(*plan, options_);
  const std::lock_guard lock(mutex_);
  if (const auto same = same_as(*plan)) return join(same, plan->given, offer);
  if (!here.empty())
    return already_exists(plan->name + " is in a share of this host itself, as " + here +
                          ", and nobody else has it");
  return add(std::move(*plan), offer);
}

Result<DownloadStatus> DownloadQueue::start_folder(const FolderRequest& request) {
  if (!folders_) return Error{ErrorCode::unsupported, "folders cannot be fetched here", {}};
  auto plan = plan_for(request, options_.download_folder);
  if (!plan) return plan.error();
  {
    const std::lock_guard lock(mutex_);
    if (const auto same = same_as(*plan); same && !is_over(same->state())) return go_on(same);
  }
  const auto first = folders_->look(plan->of);
  if (!first) return first.error();
  const std::lock_guard lock(mutex_);
  const auto same = same_as(*plan);
  if (!same) return add(std::move(*plan), *first);
  if (!is_over(same->state())) return go_on(same);
  same->kept.plan.overwrite = request.overwrite;
  return fetch_anew(same, *first);
}

// The same folder into the same place; nullptr when there is none.
DownloadPointer DownloadQueue::same_as(const FolderPlan& plan) const {
  for (const auto& other : line_.of(ContentId{})) {
    const auto& kept = other->kept;
    if (kept.folder == plan.of && kept.plan.folder == plan.plan.folder && !other->cancelled)
      return other;
  }
  return nullptr;
}

Result<DownloadStatus> DownloadQueue::add(FolderPlan plan, const Page<Listing>& first) {
  plan.plan.id = new_id();
  auto download = new_download(std::move(plan.plan), line_.next_seq(), clock_.now());
  download->kept.folder = std::move(plan.of);
  want(download->kept, "");
  if (auto durable = record_.keep(*download); !durable) return durable.error();
  const auto standing = folders_->begin(download->kept, first);
  if (!standing) {
    static_cast<void>(record_.remove(*download));
    return standing.error();
  }
  tell(download->kept.status, *standing);
  line_.add(download);
  place(download);
  publish(*download);
  return download->kept.status;
}

// It has ended, and is asked for once more: there may be more in the folder now.
Result<DownloadStatus> DownloadQueue::fetch_anew(const DownloadPointer& download,
                                                 const Page<Listing>& first) {
  const auto standing = folders_->begin(download->kept, first);
  if (!standing) return standing.error();
  tell(download->kept.status, *standing);
  download->kept.status.finished.reset();
  download->attempts = 0;
  return become(download, DownloadState::queued, "");
}

Result<Page<FolderFile>> DownloadQueue::files(const std::string& id, const PageRequest& page) {
  {
    const std::lock_guard lock(mutex_);
    const auto download = line_.find(id);
    if (!download) return no_such(id);
    if (!download->kept.folder)
      return Error{ErrorCode::not_found, "the download " + id + " is one file, no folder", {}};
  }
  return folders_->files(id, page);
}

// The same content into the same place; nullptr when there is none, or its file is gone.
DownloadPointer DownloadQueue::same_as(const TransferPlan& plan) const {
  for (const auto& other : line_.of(plan.content)) {
    const auto& kept = other->kept;
    if (kept.plan.folder != plan.folder || kept.plan.name != plan.name || other->cancelled)
      continue;
    std::error_code ignored;
    if (other->state() != DownloadState::done || std::filesystem::exists(kept.status.path, ignored))
      return other;
  }
  return nullptr;
}

std::string DownloadQueue::new_id() {
  std::uint8_t bytes[16];
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random_());
  return to_hex(bytes, sizeof bytes);
}

Result<DownloadStatus> DownloadQueue::add(TransferPlan plan, const std::string& offer) {
  plan.id = new_id();
  auto download = new_download(std::move(plan), line_.next_seq(), clock_.now());
  want(download->kept, offer);
  if (auto durable = record_.keep(*download); !durable) return durable.error();
  line_.add(download);
  place(download);
  publish(*download);
  return download->kept.status;
}

// Asked for once more: goes on, with the sources that this request names too.
Result<DownloadStatus> DownloadQueue::join(const DownloadPointer& download,
                                           const std::vector<Source>& sources,
                                           const std::string& offer) {
  if (download->state() == DownloadState::done) return status_of(*download);
  auto kept = download->kept;
  const bool wanted = want(kept, offer);
  const bool more = add_sources(kept.plan.given, sources);
  if (wanted || more)
    if (auto durable = record_.replace(*download, std::move(kept)); !durable)
      return durable.error();
  if (more && download->transfer) download->go_on_at_once = !download->transfer->add(sources);
  return go_on(download);
}

// Now, whatever it waited for.
Result<DownloadStatus> DownloadQueue::go_on(const DownloadPointer& download) {
  const auto state = download->state();
  if (state == DownloadState::done || state == DownloadState::running) return status_of(*download);
  download->attempts = 0;
  return become(download, DownloadState::queued, "");
}

Result<DownloadStatus> DownloadQueue::become(const DownloadPointer& download, DownloadState state,
                                             const std::string& why) {
  auto& status = download->kept.status;
  auto before = status;
  status.state = state;
  status.why = why;
  status.next_try.reset();
  if (auto kept = record_.keep(*download); !kept) {
    status = std::move(before);
    return kept.error();
  }
  if (state == DownloadState::paused) stop_offering(*download);
  place(download);
  publish(*download);
  return status_of(*download);
}

Result<Page<DownloadStatus>> DownloadQueue::list(const PageRequest& page) {
  const std::lock_guard lock(mutex_);
  const auto part = line_.newest(page.after, std::max<std::size_t>(page.limit, 1));
  Page<DownloadStatus> answer;
  for (const auto& download : part.downloads) answer.items.push_back(status_of(*download));
  if (!part.is_last) answer.next = answer.items.back().id;
  return answer;
}

Result<DownloadStatus> DownloadQueue::get(const std::string& id) {
  const std::lock_guard lock(mutex_);
  const auto download = line_.find(id);
  return download ? Result<DownloadStatus>(status_of(*download)) : no_such(id);
}

Result<DownloadStatus> DownloadQueue::pause(const std::string& id) {
  const std::lock_guard lock(mutex_);
  const auto download = line_.find(id);
  if (!download) return no_such(id);
  if (download->state() == DownloadState::done) return status_of(*download);
  auto paused = become(download, DownloadState::paused, "paused");
  if (paused && download->transfer) download->transfer->interrupt();
  return paused;
}

Result<DownloadStatus> DownloadQueue::resume(const std::string& id) {
  const std::lock_guard lock(mutex_);
  const auto download = line_.find(id);
  if (!download) return no_such(id);
  if (download->state() != DownloadState::done)
    download->kept.plan.liars.clear();  // they get a chance
  if (download->kept.folder && download->state() == DownloadState::failed) {
    if (auto retried = folders_->retry(id); !retried) return retried.error();
    if (const auto standing = folders_->standing(id)) tell(download->kept.status, *standing);
    download->kept.status.finished.reset();
  }
  return go_on(download);
}

Result<void> DownloadQueue::cancel(const std::string& id) {
  Lock lock(mutex_);
  const auto download = line_.find(id);
  if (!download) return no_such(id);
  return cancel(download, lock);
}

Result<void> DownloadQueue::cancel(const DownloadPointer& download, Lock& lock) {
  download->cancelled = true;
  place(download);
  if (download->transfer) download->transfer->interrupt();
  changed_.wait(lock, [&] { return !download->transfer; });
  stop_offering(*download);
  // First the file: a host that dies in between has not cancelled yet, and leaves nothing behind.
  std::error_code ignored;
  Result<void> removed;
  if (download->kept.folder) {
    lock.unlock();  // there may be a million files
    removed = folders_->remove(download->kept);
    lock.lock();
  } else {
    std::filesystem::remove(download->kept.plan.partial(), ignored);
  }
  if (removed) removed = record_.remove(*download);
  if (!removed) {
    download->cancelled = false;
    download->kept.status.state = DownloadState::paused;
    return removed;
  }
  line_.remove(download);
  return {};
}

// What offers want.

std::vector<DownloadPointer> DownloadQueue::wanted_by_offers() const {
  std::vector<DownloadPointer> found;
  for (const auto& [id, download] : line_.all())
    if (!download->kept.offers.empty() && download->state() != DownloadState::done &&
        !download->cancelled)
      found.push_back(download);
  return found;
}

std::vector<std::string> DownloadQueue::offers() {
  const std::lock_guard lock(mutex_);
  std::set<std::string> found;
  for (const auto& download : wanted_by_offers())
    found.insert(download->kept.offers.begin(), download->kept.offers.end());
  return {found.begin(), found.end()};
}

Result<void> DownloadQueue::give_up(const std::string& offer, const std::vector<Source>& sources) {
  Lock lock(mutex_);
  Result<void> result;
  for (const auto& download : wanted_by_offers()) {
    const auto& offers = download->kept.offers;
    if (std::find(offers.begin(), offers.end(), offer) == offers.end()) continue;
    // It may have ended while another was cancelled.
    if (download->cancelled || download->state() == DownloadState::done) continue;
    if (auto left = leave(download, offer, sources, lock); !left) result = std::move(left);
  }
  return result;
}

// An offer does not want it any more, and its sources are gone.
Result<void> DownloadQueue::leave(const DownloadPointer& download, const std::string& offer,
                                  const std::vector<Source>& gone, Lock& lock) {
  auto kept = download->kept;
  if (!unwant(kept, offer, gone)) return cancel(download, lock);
  if (auto durable = record_.replace(*download, std::move(kept)); !durable) return durable;
  if (download->transfer)
    for (const auto& source : gone) download->transfer->withdraw(source);
  return {};
}

}  // namespace swapmeet::transfer_swarm
