// An index for a test: its clock stands still, its salt is always the same, and what it cannot read
// or write it tells the test.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "search/memory/index.h"
#include "swapmeet/testing/manual_clock.h"

namespace swapmeet::search_memory {

struct IndexFixture {
  IndexOptions options(std::filesystem::path snapshot = {}) {
    return {.clock = clock,
            .salt = 7,
            .snapshot = std::move(snapshot),
            .report = [this](std::string_view, const std::string& why) { reports.push_back(why); }};
  }
  testing::ManualClock clock;
  std::vector<std::string> reports;
};

}  // namespace swapmeet::search_memory
