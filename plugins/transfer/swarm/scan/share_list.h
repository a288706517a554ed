// The Shares interface over catalogue, scanner and watcher.
// Threads: thread-safe.
#pragma once

#include <chrono>
#include <mutex>
#include <string>
#include <vector>

#include "transfer/swarm/catalogue/catalogue.h"
#include "transfer/swarm/scan/scanner.h"
#include "transfer/swarm/scan/watcher.h"

namespace swapmeet::transfer_swarm {

using ConfiguredShares = std::vector<ShareSpec>;

// `invalid_argument`: a name that no share can have.
Result<void> check_configured(const ConfiguredShares& shares);
// Makes the configured shares of the catalogue exactly these.
Result<void> apply_configured(Catalogue& catalogue, const ConfiguredShares& shares);

class ShareList final : public Shares {
 public:
  // Scans and watches what the catalogue holds from the start.
  ShareList(Catalogue& catalogue, Scanner& scanner, Watcher& watcher, IgnoreRules ignore);
  // While running: other configured shares, other patterns, another interval.
  Result<void> configure(const ConfiguredShares& shares, const IgnoreRules& ignore,
                         std::chrono::milliseconds rescan_interval);

  Result<std::vector<ShareStatus>> list() override;
  Result<ShareStatus> add(const ShareSpec& share) override;
  Result<void> remove(const std::string& name) override;
  Result<void> rescan(const std::string& name) override;
  ChangeFeed& feed() override { return catalogue_; }
  Result<ShareStatus> set_audience(const std::string& name, const Audience& audience) override;

 private:
  ShareStatus status_of(const StoredShare& share);
  void scan(const StoredShare& share);
  void drop(const std::string& name);
  std::mutex mutex_;  // one change at a time
  Catalogue& catalogue_;
  Scanner& scanner_;
  Watcher& watcher_;
  IgnoreRules ignore_;
};

}  // namespace swapmeet::transfer_swarm
