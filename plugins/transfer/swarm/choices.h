// What [transfer] asks for, read from its settings as a whole before anything of it is applied: the
// plugin's check() makes these and drops them, start() and reconfigure() make and apply them.
// Threads: a value.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "swapmeet/http.h"
#include "swapmeet/settings.h"
#include "transfer/swarm/fetch/download_options.h"
#include "transfer/swarm/hooks/hooks.h"
#include "transfer/swarm/pace/limit_schedule.h"
#include "transfer/swarm/pace/upload_slots.h"
#include "transfer/swarm/scan/ignore_rules.h"
#include "transfer/swarm/scan/share_list.h"

namespace swapmeet::transfer_swarm {

struct UploadLimits {
  std::size_t slots = 0;        // 0: all may fetch at once
  std::size_t connections = 4;  // of each reader
  UploadWeights weights;
  std::uint64_t daily_per_file = 0;  // bytes; 0: any number
  std::size_t history = 0;           // uploads that are kept
};

// What changes at once (KeySpec).
struct Choices {
  ConfiguredShares shares;
  IgnoreRules ignore;
  std::chrono::milliseconds rescan_interval{};
  DownloadFolders folders;  // at a start only
  DownloadLimits downloads;
  UploadLimits uploads;
  RateLimits rates;  // where no period of the schedule says otherwise
  LimitSchedule schedule;
  HookCommands hooks;
  std::string notify;  // auto, yes or no

  // `invalid_argument`: names the key and what is wrong with it.
  static Result<Choices> of(const Settings& settings);
};

// What is announced as the address of the listener for other peers: what is set, without brackets;
// else the address of a listener that only this machine can reach; else nothing, so that the index
// sees for itself. `invalid_argument`: nobody can connect to what is set.
Result<std::string> announced_address(const Settings& settings);
// Of the listener for other peers; it takes effect at a start.
http::Tls tls_of(const Settings& settings);

}  // namespace swapmeet::transfer_swarm
