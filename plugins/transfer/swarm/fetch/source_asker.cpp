#include "transfer/swarm/fetch/source_asker.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "transfer/swarm/fetch/source_client.h"

namespace swapmeet::transfer_swarm {
namespace {
using namespace std::chrono_literals;

// At first: others begin at the same time.
constexpr std::chrono::milliseconds kAskSoon = 2s;
constexpr int kTimesSoon = 5;

// The same source at the address that its peer has now: it may have moved since it was named.
std::optional<Source> moved(Registry& registry, Source source) {
  const auto target = std::string(target_of(source.url));
  if (source.peer.is_zero() || target.empty()) return std::nullopt;
  const auto record = registry.peer(source.peer);
  if (!record || !record->present) return std::nullopt;
  source.url = url_of(*record) + target;
  source.fingerprint = record->fingerprint;
  return source;
}

}  // namespace

SourceAsker::SourceAsker(Registry& registry, Clock& clock, Errand errand)
    : registry_(registry), clock_(clock), errand_(std::move(errand)) {}

SourceAsker::~SourceAsker() { stop(); }

void SourceAsker::start() {
  thread_ = std::thread([this] { ask(); });
}

void SourceAsker::interrupt() {
  const std::lock_guard lock(mutex_);
  ending_ = true;
  changed_.notify_all();
}

void SourceAsker::stop() {
  interrupt();
  if (thread_.joinable()) thread_.join();
}

void SourceAsker::ask() {
  auto pause = std::min(kAskSoon, errand_.longest_pause);
  for (int times = 1;; ++times) {
    if (times > kTimesSoon) pause = std::min(2 * pause, errand_.longest_pause);
    std::vector<Source> named;
    for (auto& source : errand_.requested())
      if (auto now = moved(registry_, std::move(source))) named.push_back(std::move(*now));
    errand_.tell({std::move(named), registry_.content({errand_.content, Identity{}})});
    std::unique_lock lock(mutex_);
    if (clock_.wait_for(lock, changed_, pause, [&] { return ending_; })) return;
  }
}

}  // namespace swapmeet::transfer_swarm
