// The settings of a host that runs: what is changed in the file is put in force at once, or, where
// the host refuses it, taken out of the file again.
// Threads: thread-safe; callers wait while the host reads the file again.
#pragma once

#include <functional>
#include <mutex>
#include <vector>

#include "host/app/last_reload.h"
#include "host/app/settings_book.h"

namespace swapmeet {

class LiveSettings {
 public:
  // `read_again` makes the host's main thread do that, soon.
  LiveSettings(SettingsBook book, LastReload& last_reload, std::function<void()> read_again)
      : book_(std::move(book)), last_reload_(last_reload), read_again_(std::move(read_again)) {}

  Result<wire::SettingsReport> list() const { return book_.list(); }
  Result<wire::ReloadReport> change(const std::vector<wire::SettingChange>& changes);
  // `timed_out`: a plugin takes very long over it.
  Result<wire::ReloadReport> reload();

 private:
  const SettingsBook book_;
  LastReload& last_reload_;
  const std::function<void()> read_again_;
  std::mutex mutex_;  // one change at a time
};

}  // namespace swapmeet
