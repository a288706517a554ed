#include "transfer/swarm/uploads.h"

#include <algorithm>
#include <map>
#include <mutex>

namespace swapmeet::swarm {

struct UploadMeter::Ledger {
  struct Entry {
    UploadStatus status;
    std::chrono::steady_clock::time_point began;
  };
  explicit Ledger(Clock& clock_to_use) : clock(clock_to_use) {}

  void sent(std::uint64_t number, std::uint64_t bytes) {
    const std::lock_guard lock(mutex);
    totals.bytes += bytes;
    const auto found = running.find(number);
    if (found != running.end()) found->second.status.done += bytes;
  }
  void end(std::uint64_t number) {
    const std::lock_guard lock(mutex);
    running.erase(number);
  }

  Clock& clock;  // used by begin() and list() only, while the meter lives
  std::mutex mutex;
  std::map<std::uint64_t, Entry> running;
  std::uint64_t next = 1;
  UploadTotals totals;
  HostPort listening;
  std::string announced;
};

UploadMeter::UploadMeter(Clock& clock) : ledger_(std::make_shared<Ledger>(clock)) {}
UploadMeter::~UploadMeter() = default;

UploadMeter::Callbacks UploadMeter::begin(const std::string& address, const ContentId& content,
                                          const std::string& name, std::uint64_t size) {
  const std::lock_guard lock(ledger_->mutex);
  const auto number = ledger_->next++;
  ++ledger_->totals.requests;
  Ledger::Entry entry;
  entry.status.address = address;
  entry.status.content = content;
  entry.status.name = name;
  entry.status.size = size;
  entry.status.started = ledger_->clock.now();
  entry.began = ledger_->clock.steady();
  ledger_->running.emplace(number, std::move(entry));
  return {[ledger = ledger_, number](std::uint64_t bytes) { ledger->sent(number, bytes); },
          [ledger = ledger_, number](bool) { ledger->end(number); }};
}

void UploadMeter::set_listening(const HostPort& listening, const std::string& announced_address) {
  const std::lock_guard lock(ledger_->mutex);
  ledger_->listening = listening;
  ledger_->announced = announced_address;
}

Result<std::vector<UploadStatus>> UploadMeter::list() {
  const std::lock_guard lock(ledger_->mutex);
  std::vector<UploadStatus> running;
  const auto now = ledger_->clock.steady();
  for (const auto& [number, entry] : ledger_->running) {
    auto status = entry.status;
    const auto passed =
        std::chrono::duration_cast<std::chrono::milliseconds>(now - entry.began).count();
    status.rate = status.done * 1000 / static_cast<std::uint64_t>(std::max<long long>(passed, 1));
    running.push_back(std::move(status));
  }
  return running;
}

UploadTotals UploadMeter::totals() {
  const std::lock_guard lock(ledger_->mutex);
  return ledger_->totals;
}

HostPort UploadMeter::listening() {
  const std::lock_guard lock(ledger_->mutex);
  return ledger_->listening;
}

std::string UploadMeter::announced_address() {
  const std::lock_guard lock(ledger_->mutex);
  return ledger_->announced;
}

}  // namespace swapmeet::swarm
