// The Shares interface over catalogue, scanner and watcher.
// Threads: thread-safe.
#pragma once

#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "transfer/swarm/catalogue.h"
#include "transfer/swarm/scanner.h"
#include "transfer/swarm/watcher.h"

namespace swapmeet::swarm {

// Makes the configured shares of the catalogue exactly these (name, folder).
Result<void> apply_configured(Catalogue& catalogue,
                              const std::vector<std::pair<std::string, std::string>>& shares);

class ShareList final : public Shares {
 public:
  // Scans and watches what the catalogue holds from the start.
  ShareList(Catalogue& catalogue, Scanner& scanner, Watcher& watcher);
  Result<std::vector<ShareStatus>> list() override;
  Result<ShareStatus> add(const ShareSpec& share) override;
  Result<void> remove(const std::string& name) override;
  Result<void> rescan(const std::string& name) override;
  ChangeFeed& feed() noexcept override { return catalogue_; }

 private:
  ShareStatus status_of(const StoredShare& share) const;
  std::mutex mutex_;  // one change at a time
  Catalogue& catalogue_;
  Scanner& scanner_;
  Watcher& watcher_;
};

}  // namespace swapmeet::swarm
