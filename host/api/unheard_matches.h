// What a saved search has found while nobody listened: the newest matches, until somebody asks for
// them. A file that is told twice is one match.
// Threads: thread-safe.
#pragma once

#include <cstddef>
#include <mutex>
#include <optional>
#include <string>

#include "swapmeet/time.h"
#include "swapmeet/wire/json.h"

namespace swapmeet {

class UnheardMatches {
 public:
  static constexpr std::size_t kMost = 100;

  // `kept`: what text_if_changed() gave before; anything else is nothing.
  explicit UnheardMatches(const std::string& kept = {});

  void add(const Match& match, Time now);
  wire::WaitingMatches all() const;
  std::size_t count() const;
  // Those that were found until then, and that there were more.
  void forget_until(Time found);
  // For the disk, if it has not been given since the last change; empty: there are none.
  std::optional<std::string> text_if_changed();

 private:
  mutable std::mutex mutex_;
  wire::WaitingMatches waiting_;
  bool changed_ = false;
};

}  // namespace swapmeet
