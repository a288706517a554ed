// /api/v1/plugins: plugins that take another's place while the host runs, and how a search that is
// tried beside compares with what was answered.
// Threads: free functions without shared state.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "swapmeet/wire/json.h"

namespace swapmeet::wire {

struct ReplacedPlugin {
  std::string id;
  std::string version;
  std::string replaced;  // the id of the one before; empty: it is in addition
};

// POST /api/v1/plugins/reload, answered.
struct PluginsReloaded {
  std::string kind;
  std::vector<ReplacedPlugin> plugins;
};

struct Latency {
  std::chrono::microseconds p50{};
  std::chrono::microseconds p95{};
};

struct ShadowDifference {
  Time time{};
  std::string query;
  std::vector<std::string> answered;  // names on the first page
  std::vector<std::string> shadow;
  unsigned overlap = 0;
};

// GET /api/v1/plugins/shadow
struct ShadowReport {
  std::string id;
  std::string version;
  unsigned share = 0;  // of a hundred queries, how many it is tried with
  bool has_caught_up = false;
  std::uint64_t compared = 0;
  std::uint64_t same = 0;
  std::uint64_t reordered = 0;
  std::uint64_t failed = 0;
  std::uint64_t dropped = 0;
  unsigned overlap = 0;  // contents of a page that both have, of a hundred
  Latency answered;
  Latency shadow;
  std::string failure;  // the last; empty: none
  std::vector<ShadowDifference> differences;
};

std::string to_json(const ShadowReport& report);
template <>
Result<ShadowReport> from_json(std::string_view text);
std::string to_json(const PluginsReloaded& reloaded);
template <>
Result<PluginsReloaded> from_json(std::string_view text);

}  // namespace swapmeet::wire
