// What others fetch from this host: the content routes tell the meter when an answer begins, how
// it goes and when it ends, and the meter keeps the list and the totals.
// Threads: thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "swapmeet/transfer.h"

namespace swapmeet::swarm {

class UploadMeter final : public Uploads {
 public:
  explicit UploadMeter(Clock& clock);
  ~UploadMeter() override;

  // For http::FileBody; they may outlive the meter.
  struct Callbacks {
    std::function<void(std::uint64_t bytes)> on_sent;
    std::function<void(bool complete)> on_end;
  };
  Callbacks begin(const std::string& address, const ContentId& content, const std::string& name,
                  std::uint64_t size);
  // Where the public listener really listens, and what to announce.
  void set_listening(const HostPort& listening, const std::string& announced_address);

  Result<std::vector<UploadStatus>> list() override;
  UploadTotals totals() override;
  HostPort listening() override;
  std::string announced_address() override;

 private:
  struct Ledger;
  std::shared_ptr<Ledger> ledger_;
};

}  // namespace swapmeet::swarm
