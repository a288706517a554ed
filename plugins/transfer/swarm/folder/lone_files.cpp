#include "transfer/swarm/folder/lone_files.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "transfer/swarm/fetch/download_history.h"

namespace swapmeet::transfer_swarm {
namespace {

constexpr const char* kTaken = "its name is taken by another file";
constexpr std::size_t kSourcesTold = 3;

// "alice: it answered 404 Not Found": it stands in a list of many, so without the sources' URLs.
// Nothing when no source was tried.
std::optional<std::string> why_nobody(const std::vector<DownloadSource>& sources) {
  std::optional<std::string> why;
  std::size_t told = 0;
  for (const auto& source : sources) {
    const auto reason = source.state.find(": ");
    if (reason == std::string::npos || ++told > kSourcesTold) continue;
    why = (why ? *why + "; " : "") + (source.name.empty() ? source.url : source.name) +
          source.state.substr(reason);
  }
  if (told > kSourcesTold) *why += "; and " + std::to_string(told - kSourcesTold) + " more";
  return why;
}

// Rows of single downloads have numbers from 1 on.
std::int64_t number_from(const std::string& id) {
  return -1 - static_cast<std::int64_t>(std::stoull(id.substr(0, 15), nullptr, 16));
}

}  // namespace

LoneFiles::LoneFiles(LoneRecord& record, DownloadOptions options, Setting setting)
    : record_(record),
      options_(std::move(options)),
      setting_(std::move(setting)),
      random_(options_.seed),
      there_already_(*options_.clock, [this] { return interrupted_.load(); }),
      max_sources_(options_.limits.max_sources) {}

// The one that an earlier run left, or a new one.
Result<StoredDownload> LoneFiles::row_for(const FolderEntry& file) {
  const auto target = setting_.target / file.key.path;
  auto rows = record_.record.children(setting_.folder_id);
  if (!rows) return rows.error();
  for (auto& row : *rows)
    if (row.plan.content == file.content && row.plan.folder == target.parent_path() &&
        row.plan.name == target.filename())
      return std::move(row);
  StoredDownload row;
  row.parent = setting_.folder_id;
  row.asked_for = false;
  std::uint8_t bytes[16];
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random_());
  row.plan.id = row.status.id = to_hex(bytes, sizeof bytes);
  row.seq = number_from(row.plan.id);
  row.plan.content = file.content;
  row.plan.name = target.filename();
  row.plan.folder = target.parent_path();
  row.plan.place = (setting_.place / file.key.path).parent_path();
  row.plan.overwrite = setting_.overwrite;
  row.plan.size_known = file.size > 0;
  row.plan.size = file.size;
  if (file.why == kLied) row.plan.liars.push_back(SourceLink::key_of(setting_.peer));
  return row;
}

LoneFiles::Fetched LoneFiles::fetch(const FolderEntry& file) {
  switch (there_already_.look(setting_.target / file.key.path, file.content, file.size)) {
    case ThereAlready::same: return {FileOutcome{file.key, file.size}, {}};
    case ThereAlready::other:
      if (setting_.overwrite) break;
      return {FileOutcome{file.key, file.size, FileState::failed, kTaken}, {}};
    case ThereAlready::unknown: return {std::nullopt, {DownloadState::queued, ""}};
    case ThereAlready::nothing: break;
  }
  TransferPlan plan;
  {
    const std::lock_guard lock(record_.mutex);
    download_ = std::make_shared<Download>();
    auto row = row_for(file);
    if (!row)
      return {std::nullopt, {DownloadState::waiting, row.error().message, {}, row.error().code}};
    download_->kept = std::move(*row);
    auto& kept = download_->kept.plan;
    auto source = setting_.peer;
    source.url += "/content/" + file.content.text();
    kept.given = {std::move(source)};
    if (auto durable = record_.record.keep(*download_); !durable)
      return {std::nullopt,
              {DownloadState::waiting, durable.error().message, {}, durable.error().code}};
    plan = record_.record.plan_of(*download_);
  }
  auto options = options_;
  options.seed = random_();
  std::shared_ptr<Transfer> transfer;
  {
    const std::lock_guard lock(mutex_);
    options.limits.max_sources = max_sources_;
    const auto save = [this, download = download_](const TransferPlan& now) {
      const std::lock_guard guard(record_.mutex);
      return record_.record.keep_plan(*download, now);
    };
    transfer = transfer_ = std::make_shared<Transfer>(std::move(options), std::move(plan), save);
    if (interrupted_) transfer_->interrupt();
  }
  auto end = transfer->run();
  auto sources = transfer->progress().sources;
  if (end.nobody_has_it) end.why = why_nobody(sources).value_or(end.why);
  {
    const std::lock_guard lock(mutex_);
    gave_ = merged(gave_, std::move(sources));
    transfer_.reset();
  }
  return outcome_of(file, end);
}

LoneFiles::Fetched LoneFiles::outcome_of(const FolderEntry& file, const TransferEnd& end) {
  FileOutcome outcome{file.key, file.size};
  const std::lock_guard lock(record_.mutex);
  if (end.state == DownloadState::done) {
    const std::filesystem::path target = download_->kept.plan.target;
    if (target.filename() == download_->kept.plan.name) return {outcome, end};
    // Its name was taken while it came, so it got another one.
    std::error_code ignored;
    std::filesystem::remove(target, ignored);
    outcome.state = FileState::failed;
    outcome.why = kTaken;
    return {outcome, end};
  }
  const bool is_refused = end.ours && *end.ours != ErrorCode::no_space;
  if (end.state != DownloadState::waiting || !(is_refused || end.nobody_has_it))
    return {std::nullopt, end};
  outcome.state = FileState::failed;
  outcome.why = end.why;
  return {outcome, end};
}

void LoneFiles::recorded(const FileOutcome& outcome) {
  const std::lock_guard lock(record_.mutex);
  if (!download_) return;
  if (options_.growing != nullptr) options_.growing->remove(download_->id());
  const auto& plan = download_->kept.plan;
  // What has come of one that failed is kept for another chance, if that is anything.
  if (outcome.state == FileState::failed && !plan.proven.empty()) return;
  std::error_code ignored;
  std::filesystem::remove(plan.partial(), ignored);
  static_cast<void>(record_.record.remove(*download_));
  download_.reset();
}

void LoneFiles::interrupt() {
  interrupted_ = true;
  const std::lock_guard lock(mutex_);
  if (transfer_) transfer_->interrupt();
}

void LoneFiles::set_max_sources(std::size_t most) {
  const std::lock_guard lock(mutex_);
  max_sources_ = most;
  if (transfer_) transfer_->set_max_sources(most);
}

TransferProgress LoneFiles::progress() const {
  const std::lock_guard lock(mutex_);
  auto progress = transfer_ ? transfer_->progress() : TransferProgress{};
  progress.sources = merged(gave_, std::move(progress.sources));
  return progress;
}

}  // namespace swapmeet::transfer_swarm
