#include "transfer/swarm/fetch/download_line.h"

namespace swapmeet::transfer_swarm {

void DownloadLine::add(const DownloadPointer& download) {
  all_.emplace(download->id(), download);
  by_seq_.emplace(download->kept.seq, download);
  by_content_.emplace(download->kept.plan.content, download);
}

void DownloadLine::remove(const DownloadPointer& download) {
  leave(download);
  all_.erase(download->id());
  by_seq_.erase(download->kept.seq);
  const auto [from, to] = by_content_.equal_range(download->kept.plan.content);
  for (auto at = from; at != to; ++at)
    if (at->second == download) {
      by_content_.erase(at);
      return;
    }
}

void DownloadLine::leave(const DownloadPointer& download) {
  queued_.erase(std::exchange(download->turn, 0));
  waiting_.erase({std::exchange(download->retry_at, Instant{}), download});
}

void DownloadLine::queue(const DownloadPointer& download) {
  leave(download);
  download->turn = ++last_turn_;
  queued_.emplace(download->turn, download);
}

void DownloadLine::wait(const DownloadPointer& download, Instant until) {
  leave(download);
  download->retry_at = until;
  waiting_.emplace(until, download);
}

DownloadPointer DownloadLine::next() const {
  return queued_.empty() ? nullptr : queued_.begin()->second;
}

DownloadPointer DownloadLine::due(Instant now) const {
  return waiting_.empty() || waiting_.begin()->first > now ? nullptr : waiting_.begin()->second;
}

std::optional<Instant> DownloadLine::next_due() const {
  if (waiting_.empty()) return std::nullopt;
  return waiting_.begin()->first;
}

DownloadPointer DownloadLine::find(const std::string& id) const {
  const auto found = all_.find(id);
  return found == all_.end() || found->second->cancelled ? nullptr : found->second;
}

std::vector<DownloadPointer> DownloadLine::of(const ContentId& content) const {
  std::vector<DownloadPointer> found;
  const auto [from, to] = by_content_.equal_range(content);
  for (auto at = from; at != to; ++at) found.push_back(at->second);
  return found;
}

std::int64_t DownloadLine::next_seq() const {
  return by_seq_.empty() ? 1 : by_seq_.begin()->first + 1;
}

DownloadLine::Part DownloadLine::newest(const std::string& after, std::size_t most,
                                        const DownloadFilter& filter) const {
  auto at = by_seq_.begin();
  if (!after.empty()) {
    const auto last = all_.find(after);
    at = last == all_.end() ? by_seq_.end() : by_seq_.upper_bound(last->second->kept.seq);
  }
  Part part;
  for (; at != by_seq_.end(); ++at) {
    if (!filter.takes(*at->second)) continue;
    if (part.downloads.size() == most) {
      part.is_last = false;
      break;
    }
    part.downloads.push_back(at->second);
  }
  return part;
}

}  // namespace swapmeet::transfer_swarm
