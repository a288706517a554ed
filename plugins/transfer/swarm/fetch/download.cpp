#include "transfer/swarm/fetch/download.h"

#include <algorithm>
#include <utility>

#include "transfer/swarm/fetch/download_history.h"
#include "transfer/swarm/fetch/source_pool.h"

namespace swapmeet::transfer_swarm {

DownloadPointer new_download(TransferPlan plan, std::int64_t seq, Time now) {
  auto download = std::make_shared<Download>();
  auto& kept = download->kept;
  kept.plan = std::move(plan);
  kept.seq = seq;
  kept.asked_for = false;
  auto& status = kept.status;
  status.id = kept.plan.id;
  status.content = kept.plan.content;
  status.name = kept.plan.name;
  status.path = (kept.plan.folder / kept.plan.name).string();
  status.size = kept.plan.size;
  status.started = now;
  return download;
}

bool is_over(DownloadState state) {
  return state == DownloadState::done || state == DownloadState::failed;
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

std::optional<std::chrono::milliseconds> settle(Download& download, const TransferEnd& end,
                                                Time now, const Patience& patience,
                                                std::mt19937_64& random) {
  auto& status = download.kept.status;
  if (end.state == DownloadState::done) {
    status.state = DownloadState::done;
    status.done = status.size;
    status.why.clear();
    if (!download.kept.folder) status.path = download.kept.plan.target;
    status.finished = now;
    return std::nullopt;
  }
  if (status.state != DownloadState::running) return std::nullopt;
  if (end.state == DownloadState::failed && !download.go_on_at_once) {
    status.state = DownloadState::failed;
    status.why = end.why;
    status.finished = now;
    return std::nullopt;
  }
  status.state = download.go_on_at_once ? DownloadState::queued : end.state;
  if (status.state != DownloadState::waiting) return std::nullopt;
  status.why = end.why;
  const auto wait = end.retry_after ? std::chrono::milliseconds(*end.retry_after)
                                    : backoff_pause(patience.retry, download.attempts++, random());
  status.next_try = now + wait;
  return wait;
}

bool want(StoredDownload& download, const std::string& offer) {
  if (offer.empty()) return !std::exchange(download.asked_for, true);
  auto& offers = download.offers;
  if (std::find(offers.begin(), offers.end(), offer) != offers.end()) return false;
  offers.push_back(offer);
  return true;
}

bool unwant(StoredDownload& download, const std::string& offer, const std::vector<Source>& gone) {
  std::erase(download.offers, offer);
  for (const auto& one : gone)
    std::erase_if(download.plan.given,
                  [&](const Source& source) { return SourcePool::is_same(source, one); });
  return download.asked_for || !download.offers.empty();
}

bool add_sources(std::vector<Source>& known, const std::vector<Source>& sources) {
  const auto before = known.size();
  for (const auto& source : sources)
    if (std::none_of(known.begin(), known.end(), [&](const Source& other) {
          return other.peer == source.peer && other.url == source.url;
        }))
      known.push_back(source);
  return known.size() > before;
}

}  // namespace swapmeet::transfer_swarm
