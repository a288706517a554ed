// A registry that says what the test wants about one content.
#pragma once

#include <atomic>
#include <mutex>
#include <utility>

#include "swapmeet/registry.h"

namespace swapmeet::transfer_swarm {

// Knows one content; everything else of a registry is not there.
class FakeRegistry : public Registry {
 public:
  void knows(ContentRecord record) {
    const std::lock_guard lock(mutex_);
    record_ = std::move(record);
  }
  void goes() {
    const std::lock_guard lock(mutex_);
    record_ = gone();
  }
  std::uint64_t asked() const { return asked_; }

  Result<ContentRecord> content(const ContentQuery&) override {
    ++asked_;
    const std::lock_guard lock(mutex_);
    return record_;
  }
  Result<Enrolled> enroll(const Enrollment&, const Caller&) override { return gone(); }
  Result<std::chrono::seconds> renew(const PeerId&, const std::string&) override { return gone(); }
  Result<void> leave(const PeerId&, const std::string&) override { return gone(); }
  Result<Page<PeerRecord>> peers(const PeerQuery&) override { return gone(); }
  Result<PeerRecord> peer(const PeerId&, const Identity&) override { return gone(); }
  Result<FeedPosition> announced(const PeerId&, const std::string&) override { return gone(); }
  Result<FeedPosition> announce(const PeerId&, const std::string&, const ChangeBatch&) override {
    return gone();
  }
  Result<Page<Listing>> browse(const PeerId&, const BrowseQuery&) override { return gone(); }
  Result<RegistryCounts> counts() override { return gone(); }
  ChangeFeed* feed() override { return nullptr; }

 private:
  static Error gone() { return {ErrorCode::unavailable, "the index cannot be reached", {}}; }
  std::mutex mutex_;
  Result<ContentRecord> record_{gone()};
  std::atomic<std::uint64_t> asked_{0};
};

}  // namespace swapmeet::transfer_swarm
