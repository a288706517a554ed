// What a plugin keeps in its data folder, for whoever looks after it: `swapmeet check --data` and
// `swapmeet backup`. Optional, and unlike other interfaces not listed in PluginInfo::provides: any
// number of a host's plugins may have it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "swapmeet/feed.h"
#include "swapmeet/result.h"

namespace swapmeet {

struct StoreReport {
  // A sentence for each thing that is wrong, with what to do about it. Empty: all is well.
  std::vector<std::string> problems;
  std::vector<std::string> notes;  // what is there, and what is only worth knowing
  // The feed that the plugin keeps, and the one it follows with how far it is: what the host
  // compares between plugins.
  std::optional<FeedState> feed;
  std::optional<FeedPosition> follows;
};

class Stores {
 public:
  static constexpr const char* kInterface = "swapmeet.stores/1";
  virtual ~Stores() = default;

  // Reads all that is kept below the plugin's data folder and says what is wrong. Called when the
  // plugin has been configured and is not started (interface() answers with this one then, too);
  // no host runs on the folder. Repairs nothing. An Error: it could not even look.
  // [main thread; configured, not started; may block]
  virtual Result<StoreReport> verify() = 0;

  // Copies what is kept, each store as of one moment, into `folder`, which is there and empty: what
  // a data folder has to hold for the plugin to go on from that moment. Between start and stop, on
  // any thread, while everything else goes on.
  // [any thread; started; may block]
  virtual Result<void> back_up(const std::filesystem::path& folder) = 0;
};

}  // namespace swapmeet
