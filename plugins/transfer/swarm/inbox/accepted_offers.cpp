#include "transfer/swarm/inbox/accepted_offers.h"

#include <algorithm>
#include <system_error>

#include "swapmeet/listing.h"
#include "swapmeet/safe_name.h"

namespace swapmeet::transfer_swarm {
namespace {
namespace fs = std::filesystem;

constexpr std::size_t kBegunAtOnce = 50;  // downloads of a folder, in a round

// From where a content of this offer is fetched.
Source source_of(const StoredOffer& stored, const ContentId& content, std::uint64_t size) {
  constexpr std::string_view kPin = "#sha256=";
  const auto pin = std::min(stored.url.find(kPin), stored.url.size());
  return {stored.offer.peer, stored.offer.peer_name,
          stored.url.substr(0, pin) + "/content/" + content.text() + "?offer=" + stored.token, size,
          stored.url.substr(std::min(pin + kPin.size(), stored.url.size()))};
}

// The offer is accepted from now on, if it still waits.
OfferBook::Change accepted_with(const std::function<void(StoredOffer&)>& change) {
  return [change](StoredOffer& now) -> Result<void> {
    if (now.offer.state != OfferState::waiting) return decided_already(now.offer);
    now.offer.state = OfferState::accepted;
    now.offer.why.clear();
    change(now);
    return {};
  };
}

bool differs(const Offer& a, const Offer& b) { return a.state != b.state || a.done != b.done; }

}  // namespace

Result<Offer> AcceptedOffers::take(const StoredOffer& stored) {
  return stored.offer.files > 0 ? take_folder(stored) : take_file(stored);
}

Result<Offer> AcceptedOffers::take_file(const StoredOffer& stored) {
  const auto& offer = stored.offer;
  DownloadRequest request;
  request.content = offer.content;
  request.name = offer.name;
  request.sources = sources_of(stored);
  const auto download = downloads_.start_for(offer.id, request);
  if (!download) return download.error();
  auto updated = book_.update(
      offer.id, accepted_with([&](StoredOffer& now) { now.offer.download = download->id; }));
  if (updated) return std::move(updated->offer);
  // It was withdrawn or refused meanwhile, and whoever did that saw no download yet. Taken twice at
  // the same time, it is still open.
  if (const auto now = book_.find(offer.id); !now || !is_open(now->offer)) give_up(stored);
  return updated.error();
}

Result<Offer> AcceptedOffers::take_folder(const StoredOffer& stored) {
  const auto folder = free_folder(safe_name(stored.offer.name));
  auto updated =
      book_.update(stored.offer.id, accepted_with([&](StoredOffer& now) { now.path = folder; }));
  if (!updated) return updated.error();
  return std::move(updated->offer);
}

// Where a folder goes, below the download folder: its name, or that with a number.
std::string AcceptedOffers::free_folder(const std::string& name) const {
  std::error_code ignored;
  auto folder = name;
  for (unsigned number = 2; fs::exists(folder_ / folder, ignored); ++number)
    folder = numbered_name(name, number);
  return folder;
}

std::optional<StoredOffer> AcceptedOffers::follow(const StoredOffer& stored) {
  const auto& offer = stored.offer;
  const auto next = offer.files > 0 ? look_at_folder(stored) : look_at_file(stored);
  if (!next) return std::nullopt;
  if (!differs(*next, offer)) return stored;
  auto updated = book_.update(offer.id, [&](StoredOffer& now) -> Result<void> {
    if (now.offer.state != offer.state) return Error{ErrorCode::conflict, "moved on", {}};
    now.offer.state = next->state;
    now.offer.done = next->done;
    now.offer.why = next->why;
    return {};
  });
  if (!updated) return std::nullopt;
  return std::move(*updated);
}

// What the offer of a file has become by now; nullopt: that cannot be told now.
std::optional<Offer> AcceptedOffers::look_at_file(const StoredOffer& stored) {
  auto next = stored.offer;
  const auto download = downloads_.get(next.download);
  if (!download && download.error().code == ErrorCode::not_found) {
    next.state = OfferState::failed;
    next.why = "its download was cancelled";
    return next;
  }
  if (!download) return std::nullopt;
  next.done = std::min(download->done, next.size);
  if (download->state == DownloadState::done) {
    next.state = OfferState::done;
    next.done = next.size;
  } else if (download->state == DownloadState::failed) {
    next.state = OfferState::failed;
    next.why = download->why;
  }
  return next;
}

// The same of a folder.
Offer AcceptedOffers::look_at_folder(const StoredOffer& stored) {
  auto next = stored.offer;
  next.done = 0;
  std::size_t over = 0;
  std::size_t lost = 0;
  SentFiles changed;
  auto files = book_.files(stored);
  begin_files(stored, files, changed);
  for (auto& [number, one] : files) {
    if (one.download.empty()) continue;
    const auto download = one.done ? DownloadStatus{} : status_of(one.download);
    if (!one.done && download.state == DownloadState::done) {
      one.done = true;
      changed[number] = one;
    }
    if (download.state == DownloadState::failed) ++lost;
    if (one.done || download.state == DownloadState::failed) ++over;
    next.done += one.done ? one.file.size : std::min(download.done, one.file.size);
  }
  if (!changed.empty()) book_.put_files(next.id, changed);
  if (over < next.files) return next;
  next.state = lost == 0 ? OfferState::done : OfferState::failed;
  if (lost > 0)
    next.why = std::to_string(lost) + " of " + std::to_string(next.files) +
               " files were cancelled or failed; the others are complete";
  return next;
}

void AcceptedOffers::begin_files(const StoredOffer& stored, SentFiles& files, SentFiles& changed) {
  const auto& id = stored.offer.id;
  std::size_t begun = 0;
  for (auto& [number, one] : files) {
    if (!one.download.empty()) continue;
    if (begun == kBegunAtOnce || rounds_.stopping() || !book_.due(id)) break;
    ++begun;
    if (const auto started = begin_file(stored, one); started) {
      changed[number] = one;
    } else {
      book_.log(LogLevel::warning, "cannot begin a file", stored.offer, started.error().message);
      book_.later(id, started.error().message);
    }
  }
  if (begun == kBegunAtOnce) rounds_.wake();
}

Result<void> AcceptedOffers::begin_file(const StoredOffer& stored, SentFile& one) {
  const auto above = safe_path(folder_of_path(one.file.path));
  DownloadRequest request;
  request.content = one.file.content;
  request.name = std::string(name_of_path(one.file.path));
  request.folder = above.empty() ? stored.path : stored.path + '/' + above;
  request.sources = {source_of(stored, one.file.content, one.file.size)};
  const auto download = downloads_.start_for(stored.offer.id, request);
  if (!download) return download.error();
  one.download = download->id;
  return {};
}

// One that was cancelled has failed.
DownloadStatus AcceptedOffers::status_of(const std::string& download) {
  auto status = downloads_.get(download);
  if (status) return std::move(*status);
  DownloadStatus gone;
  if (status.error().code == ErrorCode::not_found) gone.state = DownloadState::failed;
  return gone;
}

void AcceptedOffers::give_up(const StoredOffer& stored) {
  const auto left = downloads_.give_up(stored.offer.id, sources_of(stored));
  if (!left)
    book_.log(LogLevel::warning, "cannot end its download", stored.offer, left.error().message);
}

std::vector<Source> AcceptedOffers::sources_of(const StoredOffer& stored) {
  if (stored.offer.files == 0) return {source_of(stored, stored.offer.content, stored.offer.size)};
  std::vector<Source> sources;
  for (const auto& [number, one] : book_.files(stored))
    sources.push_back(source_of(stored, one.file.content, one.file.size));
  return sources;
}

}  // namespace swapmeet::transfer_swarm
