#include "host/app/last_reload.h"

#include <utility>

#include "host/app/log.h"

namespace swapmeet {

void LastReload::tell(Reload reload, const std::filesystem::path& file) {
  for (const auto& problem : reload.refused)
    write_log("host", LogLevel::warning, "not changed", {{"problem", problem}});
  write_log("host", LogLevel::info, reload.refused.empty() ? "reloaded" : "reloaded in part",
            {{"file", file.string()}});
  const std::lock_guard lock(mutex_);
  report_ = wire::ReloadReport{clock_.now(), std::move(reload.changed), std::move(reload.refused),
                               std::move(reload.at_restart)};
  ended_ = begun_;
  told_.notify_all();
}

void LastReload::begin() {
  const std::lock_guard lock(mutex_);
  ++begun_;
}

std::uint64_t LastReload::begun() const {
  const std::lock_guard lock(mutex_);
  return begun_;
}

std::optional<wire::ReloadReport> LastReload::report_after(std::uint64_t begun,
                                                           std::chrono::milliseconds most) {
  std::unique_lock lock(mutex_);
  clock_.wait_for(lock, told_, most, [&] { return ended_ > begun || given_up_; });
  return ended_ > begun ? report_ : std::nullopt;
}

void LastReload::give_up() {
  const std::lock_guard lock(mutex_);
  given_up_ = true;
  told_.notify_all();
}

void LastReload::searches_replaced(const std::vector<std::string>& keys) {
  const std::lock_guard lock(mutex_);
  report_->changed.insert(report_->changed.end(), keys.begin(), keys.end());
}

void LastReload::searches_refused(const std::string& section, const Error& why) {
  write_log("search", LogLevel::warning, "not replaced", {{"why", why.message}});
  const std::lock_guard lock(mutex_);
  report_->refused.push_back(section + "]: " + why.message + "; the searches stay as they were");
}

std::optional<wire::ReloadReport> LastReload::report() const {
  const std::lock_guard lock(mutex_);
  return report_;
}

}  // namespace swapmeet
