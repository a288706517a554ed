#include "transfer/swarm/fetch/download_record.h"

#include <utility>

namespace swapmeet::transfer_swarm {

std::vector<StoredDownload> DownloadRecord::all() {
  auto downloads = store_.all();
  for (auto& download : downloads) {
    auto& state = download.status.state;
    if (state == DownloadState::running || state == DownloadState::waiting)
      state = DownloadState::queued;
  }
  return downloads;
}

Result<std::vector<StoredDownload>> DownloadRecord::children(const std::string& parent) {
  return sqlite::attempt(
      [&]() -> Result<std::vector<StoredDownload>> { return store_.children(parent); });
}

Result<void> DownloadRecord::keep(Download& download) {
  return sqlite::attempt([&]() -> Result<void> {
    store_.put(download.kept);
    if (download.has_layer && download.state() == DownloadState::done)
      store_.drop_layer(download.id());
    return {};
  });
}

Result<void> DownloadRecord::replace(Download& download, StoredDownload kept) {
  std::swap(download.kept, kept);
  auto durable = keep(download);
  if (!durable) std::swap(download.kept, kept);
  return durable;
}

Result<void> DownloadRecord::keep_plan(Download& download, const TransferPlan& plan) {
  if (download.cancelled) return Error{ErrorCode::cancelled, "cancelled", {}};
  auto& kept = download.kept;
  return sqlite::attempt([&]() -> Result<void> {
    if (!download.has_layer && !plan.layer.empty()) {
      store_.put_layer(plan.id, plan.layer);
      download.has_layer = true;
    }
    auto given = std::exchange(kept.plan.given, {});  // more may have come since it began
    kept.plan = plan;
    kept.plan.layer.clear();
    kept.plan.given = std::move(given);
    kept.status.size = plan.size;
    store_.put(kept);
    return {};
  });
}

Result<void> DownloadRecord::keep_history(const Download& download) {
  return sqlite::attempt([&]() -> Result<void> {
    store_.put_fetched(download.id(), download.kept.status.sources);
    return {};
  });
}

Result<void> DownloadRecord::remove(const Download& download) {
  return sqlite::attempt([&]() -> Result<void> {
    store_.remove(download.id());
    return {};
  });
}

Result<void> DownloadRecord::keep(const std::vector<DownloadPointer>& downloads) {
  std::vector<const StoredDownload*> kept;
  kept.reserve(downloads.size());
  for (const auto& download : downloads) kept.push_back(&download->kept);
  return sqlite::attempt([&]() -> Result<void> { return store_.put_all(kept), Result<void>{}; });
}

Result<void> DownloadRecord::remove(const std::vector<DownloadPointer>& downloads) {
  std::vector<std::string> ids;
  ids.reserve(downloads.size());
  for (const auto& download : downloads) ids.push_back(download->id());
  return sqlite::attempt([&]() -> Result<void> { return store_.remove_all(ids), Result<void>{}; });
}

TransferPlan DownloadRecord::plan_of(Download& download) {
  auto plan = download.kept.plan;
  download.kept.plan.record.reset();  // by the next run it is old
  auto layer = sqlite::attempt([&]() -> Result<std::string> { return store_.layer(plan.id); });
  if (layer) plan.layer = std::move(*layer);
  download.has_layer = !plan.layer.empty();
  return plan;
}

}  // namespace swapmeet::transfer_swarm
