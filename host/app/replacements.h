// Another plugin in the place of one that runs: searches, the shadow that is tried beside them, and
// extensions. On request it is done at once and answered; of a reload it is done on a thread, for
// it takes as long as it takes, and log and status tell how it ended.
// Threads: thread-safe, but for stop().
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "host/app/last_reload.h"
#include "host/config/config.h"
#include "host/plugins/manager.h"
#include "host/search/searches.h"
#include "swapmeet/result.h"
#include "swapmeet/wire/plugins.h"

namespace swapmeet {

class Replacements {
 public:
  struct Parts {
    Manager& plugins;
    Searches* searches;  // nullptr: this host has none
    // The configuration as the file has it now.
    std::function<Result<Config>()> read_again;
    LastReload& last_reload;
  };
  explicit Replacements(Parts parts) : parts_(std::move(parts)) {}
  ~Replacements() { stop(); }
  Replacements(const Replacements&) = delete;
  Replacements& operator=(const Replacements&) = delete;

  // `swapmeet plugins reload KIND`. `unsupported`, `conflict`: it is being done already.
  Result<wire::PluginsReloaded> replace(const std::string& kind);
  // `swapmeet plugins shadow`.
  Result<wire::ShadowReport> shadow();
  // Where there are searches: those that differ, after a reload told of all else. `section`,
  // `keys`: for LastReload.
  void replace_searches(const Config& config, const std::string& section,
                        std::vector<std::string> keys);
  // Where there are searches: at the start of the host.
  void try_beside(const PluginChoice& shadow);
  // Once the searches have stopped: waits for what still runs.
  void stop();

 private:
  Result<wire::PluginsReloaded> replace_extensions(const Config& config);

  const Parts parts_;
  std::mutex extensions_mutex_;  // held while they are replaced
  std::atomic<bool> is_replacing_{false};
  std::thread replacing_;  // of a reload's searches
  std::thread trying_;
};

}  // namespace swapmeet
