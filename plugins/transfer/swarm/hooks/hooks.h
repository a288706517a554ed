// What the configuration has run when something happens: on_download_done, on_download_failed,
// on_offer and on_upload_done. Each gets the facts of the event in its environment.
// Threads: thread-safe. hear() waits for nothing.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "swapmeet/event.h"
#include "swapmeet/settings.h"
#include "transfer/swarm/hooks/hook_runner.h"

namespace swapmeet::transfer_swarm {

// By the key: "on_offer".
using HookCommands = std::map<std::string, HookCommand>;
// Those that [transfer] names. `invalid_argument`: names the key and what is wrong.
Result<HookCommands> hook_commands(const Settings& settings);

// The key that the event is for; empty: for none.
std::string hook_for(const Event& event);
// SWAPMEET_EVENT, and each field of the event in capitals: SWAPMEET_NAME, SWAPMEET_PATH, …
// SWAPMEET_PEER is a name, SWAPMEET_PEER_ID an id.
std::vector<std::string> facts_of(const std::string& hook, const Event& event);

class Hooks {
 public:
  explicit Hooks(HookRunner& runner) : runner_(runner) {}
  void set(HookCommands commands);
  void hear(const Event& event);

 private:
  HookRunner& runner_;
  std::mutex mutex_;  // guards the next
  HookCommands commands_;
};

}  // namespace swapmeet::transfer_swarm
