#include "transfer/swarm/folder/folder_job.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "swapmeet/address.h"
#include "transfer/swarm/fetch/source_speed.h"
#include "transfer/swarm/folder/listed_files.h"

namespace swapmeet::transfer_swarm {
namespace {

constexpr std::chrono::milliseconds kMeasureEvery{400};
constexpr std::chrono::seconds kTicketAgain{60};
constexpr std::chrono::seconds kTryAgain{10};  // what small files wait for, while large ones come

TransferEnd held_up(const Error& error) {
  return {DownloadState::waiting, error.message, std::nullopt, error.code};
}

TransferEnd waits(const Error& error) {
  return {DownloadState::waiting, error.message, error.retry_after};
}

// Over TLS only.
std::string ticket_of(const PeerRecord& peer) {
  return peer.fingerprint.empty() ? std::string() : peer.ticket;
}

std::filesystem::path target_of(const StoredDownload& download) {
  return download.plan.folder / download.plan.name;
}

}  // namespace

struct FolderJob::Small {
  Small(Staging opened, FolderJob& job)
      : staging(std::move(opened)),
        landing(staging,
                [&job](std::span<const FileOutcome> outcomes) { return job.record(outcomes); },
                *job.options_.clock,
                {job.download_.plan.overwrite, job.options_.limits.min_free_space}),
        files(job.record_, staging, landing,
              ThereAlready(*job.options_.clock, [&job] { return !job.goes_on(); }),
              {job.id_, job.download_.plan.overwrite, job.listing_over_}),
        lane(files, staging, landing, *job.options_.clock, job.lane_setting()) {}
  Staging staging;
  Landing landing;
  SmallFiles files;
  SmallLane lane;
};

FolderJob::FolderJob(FolderRecord& record, LoneRecord& lone, StoredDownload download,
                     DownloadOptions options)
    : record_(record),
      lone_record_(lone),
      download_(std::move(download)),
      options_(std::move(options)),
      id_(download_.plan.id) {
  look_at_record();
}

FolderJob::~FolderJob() { end_threads(); }

TransferEnd FolderJob::run() {
  TransferEnd end;
  try {
    end = fetch();
  } catch (const std::exception& exception) {
    stop_for({DownloadState::waiting, exception.what()});
    end = {DownloadState::waiting, exception.what()};
  }
  end_threads();
  const std::lock_guard lock(mutex_);
  if (small_) small_->staging.remove();
  small_.reset();
  return end;
}

TransferEnd FolderJob::fetch() {
  if (auto found = find_peer(); !found) return waits(found.error());
  if (auto opened = open_small(); !opened) return held_up(opened.error());
  if (!listing_over_) listing_ = std::thread([this] { read_listing(); });
  fetching_ = std::thread([this] { fetch_small(); });
  fetch_alone();
  if (goes_on()) small_->landing.settle();
  const auto problem = small_->landing.problem();
  end_threads();
  if (interrupted_) return {DownloadState::queued, ""};
  if (problem) return held_up(*problem);
  return finish();
}

Result<void> FolderJob::find_peer() {
  const auto& of = *download_.folder;
  if (options_.registry == nullptr || of.peer == options_.self)
    return Error{ErrorCode::unavailable, "there is nobody to ask for it", {}};
  const auto found = options_.registry->peer(of.peer);
  if (!found) return found.error();
  if (!found->present) return Error{ErrorCode::unavailable, found->name + " is not present", {}};
  const auto cursor = record_.cursor(id_);
  if (!cursor) return cursor.error();
  const std::lock_guard lock(mutex_);
  peer_.peer = found->id;
  peer_.name = found->name;
  peer_.url = url_of(*found);
  peer_.fingerprint = found->fingerprint;
  ticket_ = ticket_of(*found);
  ticketed_ = options_.clock->steady();
  listing_over_ = cursor->listed;
  lone_ = std::make_unique<LoneFiles>(
      lone_record_, options_,
      LoneFiles::Setting{id_, target_of(download_), download_.plan.overwrite, peer_,
                         download_.plan.place / download_.plan.name});
  if (interrupted_) lone_->interrupt();
  return {};
}

Result<void> FolderJob::open_small() {
  const auto& plan = download_.plan;
  if (auto same = RealFolder::check(plan.folder, plan.place); !same) return same.error();
  auto staging = Staging::open(plan.place / plan.partial().filename(), plan.place / plan.name);
  if (!staging) return staging.error();
  const std::lock_guard lock(mutex_);
  use_ = options_.users->use(SourceLink::key_of(peer_));
  small_ = std::make_unique<Small>(std::move(*staging), *this);
  if (interrupted_) small_->lane.interrupt();
  return {};
}

SmallLane::Setting FolderJob::lane_setting() {
  const auto proven = [this](std::uint64_t bytes) {
    if (options_.received) options_.received(bytes);
    const std::lock_guard lock(mutex_);
    proven_ += bytes;
  };
  const auto record_of = [this](const ContentId& content) {
    return options_.registry->content({content, Identity{}});
  };
  const auto ticket = [this](const std::string& old) { return ticket_after(old); };
  return {peer_,     options_.self, options_.patience.stall_after, options_.pacer, proven,
          record_of, ticket};
}

// The index is asked again when the last one helps no more, and now and then only: it may be the
// peer that does not want this host.
std::string FolderJob::ticket_after(const std::string& old) {
  const auto now = options_.clock->steady();
  {
    const std::lock_guard lock(mutex_);
    if (ticket_ != old || now - ticketed_ < kTicketAgain) return ticket_;
    ticketed_ = now;
  }
  const auto record = options_.registry->peer(peer_.peer);
  const std::lock_guard lock(mutex_);
  if (record) ticket_ = ticket_of(*record);
  return ticket_;
}

void FolderJob::read_listing() {
  const auto& of = *download_.folder;
  auto cursor = record_.cursor(id_);
  while (cursor && !cursor->listed && goes_on()) {
    const auto page = options_.registry->browse(
        of.peer, {.page = {kListedAtOnce, cursor->next}, .folder = of.path});
    if (!page) {
      stop_for(waits(page.error()));
      break;
    }
    cursor->next = page->next;
    cursor->listed = page->next.empty();
    if (auto added = record_.add(id_, listed_files(page->items, of.path), *cursor); !added) {
      stop_for(held_up(added.error()));
      break;
    }
    look_at_record();
    small_->files.listed_more(cursor->listed);
    const std::lock_guard lock(mutex_);
    ++alone_news_;
    changed_.notify_all();
  }
  const std::lock_guard lock(mutex_);
  listing_over_ = true;
  changed_.notify_all();
}

// While other files come alone, it is tried again.
void FolderJob::fetch_small() {
  Lock lock(mutex_);
  while (goes_on()) {
    lock.unlock();
    auto end = small_->lane.run();
    lock.lock();
    small_end_ = std::move(end);
    small_over_ = true;
    changed_.notify_all();
    if (!small_end_) break;
    auto& why = small_end_->why;  // in the words of a download of one file
    why.insert(0, small_end_->retry_after ? "waits at " + peer_.name + ", "
                                          : "no source works now: " + peer_.name + " ");
    options_.clock->wait_for(lock, changed_, small_end_->retry_after.value_or(kTryAgain),
                             [&] { return !goes_on() || alone_over_; });
    if (alone_over_) break;
    small_over_ = false;
  }
  small_over_ = true;
  changed_.notify_all();
}

// Until no file can come any more that has to be fetched alone.
void FolderJob::fetch_alone() {
  Lock lock(mutex_);
  for (std::uint64_t heard = 0; goes_on();) {
    changed_.wait(
        lock, [&] { return !goes_on() || heard != alone_news_ || (listing_over_ && small_over_); });
    const bool was_last = listing_over_ && small_over_;
    heard = alone_news_;
    lock.unlock();
    for (auto file = next_alone(); goes_on(); file = next_alone()) {
      if (!file) stop_for(held_up(file.error()));
      if (!file || !*file || !fetch_alone(**file)) break;
    }
    lock.lock();
    if (was_last && heard == alone_news_) break;
  }
  alone_over_ = true;
  changed_.notify_all();
  changed_.wait(lock, [&] { return !goes_on() || (listing_over_ && small_over_); });
}

Result<std::optional<FolderEntry>> FolderJob::next_alone() {
  auto files = record_.files(id_, FileState::alone, passed_, 1);
  if (!files) return files.error();
  if (files->empty()) return std::optional<FolderEntry>();
  return std::optional(std::move(files->front()));
}

bool FolderJob::fetch_alone(const FolderEntry& file) {
  const auto fetched = lone_->fetch(file);
  if (!fetched.outcome) {
    if (interrupted_) return false;
    const bool is_first = !passed_;
    passed_ = file.key;  // others may come all the same
    const std::lock_guard lock(mutex_);
    if (is_first) alone_end_ = fetched.end;
    return is_first && !fetched.end.ours;
  }
  const FileOutcome outcomes[] = {*fetched.outcome};
  if (auto recorded = record_.record(id_, outcomes); !recorded) {
    stop_for(held_up(recorded.error()));
    return false;
  }
  lone_->recorded(outcomes[0]);
  look_at_record();
  return true;
}

Result<void> FolderJob::record(std::span<const FileOutcome> outcomes) {
  if (auto recorded = record_.record(id_, outcomes); !recorded) return recorded;
  look_at_record();
  small_->files.recorded(outcomes.size());
  if (std::none_of(outcomes.begin(), outcomes.end(),
                   [](const FileOutcome& one) { return one.state == FileState::alone; }))
    return {};
  const std::lock_guard lock(mutex_);
  ++alone_news_;
  changed_.notify_all();
  return {};
}

void FolderJob::look_at_record() {
  const auto standing = record_.standing(id_);
  const std::lock_guard lock(mutex_);
  if (standing) standing_ = *standing;
}

void FolderJob::stop_for(const TransferEnd& end) {
  const std::lock_guard lock(mutex_);
  if (!end_) end_ = end;
  stopped_ = true;
  changed_.notify_all();
}

void FolderJob::interrupt() {
  interrupted_ = true;
  const std::lock_guard lock(mutex_);
  if (lone_) lone_->interrupt();
  if (small_) {
    small_->lane.interrupt();
    small_->files.end();
    small_->landing.end();
  }
  changed_.notify_all();
}

void FolderJob::end_threads() {
  if (small_) {
    small_->lane.interrupt();
    small_->files.end();
    small_->landing.end();
  }
  if (listing_.joinable()) listing_.join();
  if (fetching_.joinable()) fetching_.join();
  if (small_) small_->landing.stop();
}

TransferEnd FolderJob::finish() {
  {
    const std::lock_guard lock(mutex_);
    for (const auto& end : {end_, small_end_, alone_end_})
      if (end) return *end;
  }
  const auto failed = record_.files(id_, FileState::failed, std::nullopt, 1);
  if (!failed) return held_up(failed.error());
  if (auto forgotten = record_.forget_done(id_); !forgotten) return held_up(forgotten.error());
  if (failed->empty()) {
    static_cast<void>(lone_record_.remove_all(id_, options_.growing));
    return {DownloadState::done, ""};
  }
  const auto& counts = standing_.counts;
  return {DownloadState::failed,
          std::to_string(counts.failed) + " of " + std::to_string(counts.files) +
              " files were not fetched: " + failed->front().key.path + ": " + failed->front().why};
}

void FolderJob::set_max_sources(std::size_t most) {
  const std::lock_guard lock(mutex_);
  options_.limits.max_sources = most;
  if (lone_) lone_->set_max_sources(most);
}

TransferProgress FolderJob::progress() const {
  const std::lock_guard lock(mutex_);
  TransferProgress progress;
  if (lone_) progress = lone_->progress();
  const auto now = options_.clock->steady();
  if (!measured_ || now - *measured_ >= kMeasureEvery) {
    const auto bytes = proven_ - std::exchange(measured_bytes_, proven_);
    if (const auto last = std::exchange(measured_, now))
      rate_ = smoothed_rate(
          rate_, static_cast<double>(bytes) / std::chrono::duration<double>(now - *last).count());
  }
  progress.done += standing_.done;
  progress.rate += rate_;
  progress.size = standing_.size;
  progress.folder = standing_.counts;
  if (peer_.url.empty()) return progress;
  const auto same = std::find_if(progress.sources.begin(), progress.sources.end(),
                                 [&](const auto& source) { return source.peer == peer_.peer; });
  auto& source =
      same != progress.sources.end()
          ? *same
          : progress.sources.emplace_back(DownloadSource{peer_.peer, peer_.name, peer_.url, 0, 0,
                                                         small_over_ ? "idle" : "active"});
  source.bytes += proven_;
  source.rate += rate_;
  return progress;
}

}  // namespace swapmeet::transfer_swarm
