// A plugin's follower as the pump calls it: through the plugin's gate, so that what it throws is an
// Error, counted against the plugin.
// Threads: as the follower behind it.
#pragma once

#include "host/plugins/gate.h"
#include "swapmeet/feed.h"

namespace swapmeet {

class GatedFollower final : public ChangeFollower {
 public:
  // Both outlive it.
  GatedFollower(Gate& gate, ChangeFollower& follower) : gate_(gate), follower_(follower) {}

  Result<FeedPosition> applied() override {
    return gate_.call("applied() of its follower", [&] { return follower_.applied(); });
  }
  Result<void> apply(const ChangeBatch& batch) override {
    return gate_.call("apply() of its follower", [&] { return follower_.apply(batch); });
  }

 private:
  Gate& gate_;
  ChangeFollower& follower_;
};

}  // namespace swapmeet
