// A registry that knows nobody, for plugins that require one and are tested without.
// Thread-safe: no state.
#pragma once

#include "swapmeet/registry.h"

namespace swapmeet::testing {

class EmptyRegistry : public Registry {
 public:
  Result<Enrolled> enroll(const Enrollment&, const Caller&) override { return nobody(); }
  Result<std::chrono::seconds> renew(const PeerId&, const std::string&) override {
    return nobody();
  }
  Result<void> leave(const PeerId&, const std::string&) override { return nobody(); }
  Result<Page<PeerRecord>> peers(const PeerQuery&) override { return Page<PeerRecord>{}; }
  Result<PeerRecord> peer(const PeerId&, const Identity&) override { return nobody(); }
  Result<FeedPosition> announced(const PeerId&, const std::string&) override { return nobody(); }
  Result<FeedPosition> announce(const PeerId&, const std::string&, const ChangeBatch&) override {
    return nobody();
  }
  Result<Page<Listing>> browse(const PeerId&, const BrowseQuery&) override { return nobody(); }
  Result<ContentRecord> content(const ContentQuery&) override { return nobody(); }
  Result<RegistryCounts> counts() override { return RegistryCounts{}; }
  ChangeFeed* feed() override { return &feed_; }

 private:
  // In which nothing has ever happened.
  class EmptyFeed final : public ChangeFeed {
   public:
    Result<FeedState> state() override { return FeedState{"nothing", 0, 0}; }
    Result<ChangeBatch> changes_after(Revision after, std::size_t) override {
      if (after > 0) return Error{ErrorCode::conflict, "this feed has not begun", {}};
      return ChangeBatch{"nothing", 0, 0, {}};
    }
    Registration on_advance(std::function<void()>) override { return {}; }
  };
  static Error nobody() { return {ErrorCode::not_found, "this registry knows nobody", {}}; }
  EmptyFeed feed_;
};

}  // namespace swapmeet::testing
