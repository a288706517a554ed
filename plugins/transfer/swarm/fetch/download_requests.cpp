// What is asked of the downloads: to begin, to tell, to pause, to end; by the person and by offers.
#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "transfer/swarm/fetch/download_plan.h"
#include "transfer/swarm/fetch/download_queue.h"

namespace swapmeet::transfer_swarm {
namespace {

Error no_such(const std::string& id) {
  return {ErrorCode::not_found, "there is no download " + id, {}};
}

// What was fetched is there, as it was. Who has changed nothing but its times may be told no.
bool is_still_there(const StoredDownload& kept) {
  return kept.mark && FileMark::of(kept.status.path) == kept.mark;
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

}  // namespace

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
  auto plan = plan_for(request, options_.folders, offer.empty() ? options_.registry : nullptr,
                       options_.self);
  if (!plan) return plan.error();
  const auto here = only_place_of(*plan, options_);
  const std::lock_guard lock(mutex_);
  const auto same = same_as(*plan);
  if (same && same->state() != DownloadState::done) return join(same, plan->given, offer);
  if (same && is_still_there(same->kept)) return status_of(*same);
  if (!here.empty())
    return already_exists(plan->name + " is in a share of this host itself, as " + here +
                          ", and nobody else has it");
  return same ? fetch_again(same, *plan, offer) : add(std::move(*plan), offer);
}

Result<DownloadStatus> DownloadQueue::start_folder(const FolderRequest& request) {
  if (!folders_) return Error{ErrorCode::unsupported, "folders cannot be fetched here", {}};
  auto plan = plan_for(request, options_.folders);
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
  same->kept.plan.place = plan->plan.place;
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

// The same content into the same place; nullptr when there is none.
DownloadPointer DownloadQueue::same_as(const TransferPlan& plan) const {
  for (const auto& other : line_.of(plan.content)) {
    const auto& kept = other->kept;
    if (kept.plan.folder != plan.folder || kept.plan.name != plan.name || other->cancelled)
      continue;
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
  auto kept = download->kept;
  const bool wanted = want(kept, offer);
  const bool more = add_sources(kept.plan.given, sources);
  if (wanted || more)
    if (auto durable = record_.replace(*download, std::move(kept)); !durable)
      return durable.error();
  if (more && download->transfer) download->go_on_at_once = !download->transfer->add(sources);
  return go_on(download);
}

// Its file is not what it was when it was done. If it has the size still, its bytes are read first:
// they may be the same.
Result<DownloadStatus> DownloadQueue::fetch_again(const DownloadPointer& download,
                                                  const TransferPlan& wanted,
                                                  const std::string& offer) {
  auto kept = download->kept;
  want(kept, offer);
  const auto found = FileMark::of(kept.status.path);
  if (!found || found->size != kept.plan.size) kept.plan.target.clear();
  kept.plan.proven.clear();
  kept.plan.overwrite = wanted.overwrite;
  kept.plan.place = wanted.place;
  kept.plan.record = wanted.record;
  kept.mark.reset();
  add_sources(kept.plan.given, wanted.given);
  auto& status = kept.status;
  status.done = 0;
  status.finished.reset();
  if (kept.plan.target.empty()) status.path = (kept.plan.folder / kept.plan.name).string();
  status.state = DownloadState::queued;
  if (auto durable = record_.replace(*download, std::move(kept)); !durable) return durable.error();
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

Result<DownloadPage> DownloadQueue::list(const DownloadQuery& query) {
  const auto filter = DownloadFilter::of(query);
  const auto most = std::max<std::size_t>(query.page.limit, 1);
  DownloadPage answer;
  const auto show = [&](const std::vector<DownloadPointer>& downloads) {
    for (const auto& download : downloads) answer.items.push_back(status_of(*download));
  };
  const std::lock_guard lock(mutex_);
  answer.counts = order_.counts();
  if (query.by_turn) {
    const auto part = order_.part(filter, query.page.after, most);
    show(part.downloads);
    answer.next = part.next;
    return answer;
  }
  const auto part = line_.newest(query.page.after, most, filter);
  show(part.downloads);
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
  if (auto forgiven = forgive(*download); !forgiven) return forgiven.error();
  return go_on(download);
}

// Sources that lied get a chance, and so do a folder's files that failed.
Result<void> DownloadQueue::forgive(Download& download) {
  if (download.state() != DownloadState::done) download.kept.plan.liars.clear();
  if (!download.kept.folder || download.state() != DownloadState::failed) return {};
  if (auto retried = folders_->retry(download.id()); !retried) return retried;
  if (const auto standing = folders_->standing(download.id()))
    tell(download.kept.status, *standing);
  download.kept.status.finished.reset();
  return {};
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
    place(download);
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
