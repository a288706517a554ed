// What must survive a crash: how far the receiver has confirmed the feed, and the delivery that is
// on its way, so that it is tried again as the same one.
// Threads: one at a time. Throws swapmeet::sqlite::Failure.
#pragma once

#include <swapmeet/sqlite/database.h>
#include <swapmeet/sqlite/upkeep.h>

#include <filesystem>
#include <optional>

#include "delivery.h"

namespace webhook {

class Outbox {
 public:
  explicit Outbox(const std::filesystem::path& folder);

  swapmeet::FeedPosition confirmed();  // empty at the very beginning
  std::optional<Delivery> pending();
  void put(const Delivery& delivery);                    // now pending
  void confirm(const swapmeet::FeedPosition& position);  // and nothing is pending any more

 private:
  swapmeet::sqlite::Database database_;
};

// For `swapmeet check --data` and `swapmeet backup`.
swapmeet::sqlite::KeptStores stores_in(const std::filesystem::path& folder);

}  // namespace webhook
