// The JSON form of bans, and of what admins do with peers.
// Threads: free functions without shared state.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "swapmeet/wire/json.h"

namespace swapmeet::wire {

// POST /api/v1/bans. A peer, addresses, or both.
struct BanOrder {
  std::optional<PeerId> peer;
  std::string addresses;  // "203.0.113.0/24"
  std::string reason;
  std::optional<std::chrono::seconds> length;  // nullopt: until it is lifted
};
struct BanRecord {
  std::uint64_t number = 0;
  std::optional<PeerId> peer;
  std::string addresses;
  std::string reason;
  std::string by;
  Time made{};
  std::optional<Time> until;
  // Peers that were forgotten with it; only in the answer to the order.
  std::optional<std::uint64_t> forgotten = std::nullopt;
};

// PATCH /api/v1/peers/{id}: who may take its id over, and for how long.
struct TransferOrder {
  std::string account;  // empty: whoever comes first
  std::optional<std::chrono::seconds> length;
};

std::string to_json(const BanOrder& order);
std::string to_json(const BanRecord& ban);
std::string to_json(const std::vector<BanRecord>& bans);
std::string to_json(const TransferOrder& order);
std::string to_json(const Transfer& transfer);

template <>
Result<BanOrder> from_json(std::string_view text);
template <>
Result<BanRecord> from_json(std::string_view text);
template <>
Result<std::vector<BanRecord>> from_json(std::string_view text);
template <>
Result<TransferOrder> from_json(std::string_view text);
template <>
Result<Transfer> from_json(std::string_view text);

}  // namespace swapmeet::wire
