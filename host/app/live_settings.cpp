#include "host/app/live_settings.h"

#include <chrono>
#include <string>
#include <utility>

namespace swapmeet {
namespace {

constexpr std::chrono::seconds kReloadPatience{60};

}  // namespace

Result<wire::ReloadReport> LiveSettings::reload() {
  const auto begun = last_reload_.begun();
  read_again_();
  auto report = last_reload_.report_after(begun, kReloadPatience);
  if (report) return std::move(*report);
  return Error{ErrorCode::timed_out,
               "the configuration is still being read; `swapmeet status` tells how it went",
               {}};
}

Result<wire::ReloadReport> LiveSettings::change(const std::vector<wire::SettingChange>& changes) {
  const std::lock_guard lock(mutex_);
  std::string refused;
  auto names = changes;
  for (auto& one : names) {
    auto full = book_.full_name(one.key);
    if (!full) return full.error();
    one.key = std::move(*full);
  }
  auto before = book_.change(names, SettingsBook::From::api);
  if (!before) return before.error();
  auto report = reload();
  if (!report) return report;
  for (const auto& problem : report->refused)
    for (const auto& one : names)
      if (problem.find("[" + one.key.substr(0, one.key.find('.'))) != std::string::npos) {
        (refused += refused.empty() ? "" : "\n") += problem;
        break;
      }
  if (refused.empty()) return report;
  if (auto restored = book_.restore(*before); !restored)
    refused += "\nand " + restored.error().message;
  return invalid_argument(refused);
}

}  // namespace swapmeet
