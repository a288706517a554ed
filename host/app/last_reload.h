// What came of the last SIGHUP, for the log and for status: which keys are in force, what was
// refused, and what waits for a restart. Searches that are replaced add to it when that has ended.
// Threads: thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "host/config/reload.h"
#include "swapmeet/result.h"
#include "swapmeet/time.h"
#include "swapmeet/wire/plugins.h"

namespace swapmeet {

class LastReload {
 public:
  explicit LastReload(Clock& clock) : clock_(clock) {}

  // One begins, which tell() ends. How many have begun.
  void begin();
  std::uint64_t begun() const;
  // The report of the first that begins after `begun` others; nullopt: it takes longer than that,
  // or give_up() was called, after which nobody waits.
  std::optional<wire::ReloadReport> report_after(std::uint64_t begun,
                                                 std::chrono::milliseconds most);
  void give_up();

  // Takes the place of the one before.
  void tell(Reload reload, const std::filesystem::path& file);
  // After tell(): these keys of the searches are in force.
  void searches_replaced(const std::vector<std::string>& keys);
  // Or they are not. `section`: "peer.ini [search".
  void searches_refused(const std::string& section, const Error& why);
  // nullopt: none since the start.
  std::optional<wire::ReloadReport> report() const;

 private:
  Clock& clock_;
  mutable std::mutex mutex_;
  std::condition_variable told_;
  std::uint64_t begun_ = 0;
  std::uint64_t ended_ = 0;
  bool given_up_ = false;
  std::optional<wire::ReloadReport> report_;
};

}  // namespace swapmeet
