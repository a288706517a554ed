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

// A file that a plugin keeps, for the host's ledger of what its data folder has had. One that is
// gone or empty at a later start, or has become another one, is an error there, unless it is made
// anew from elsewhere.
struct KeptFile {
  std::filesystem::path file;
  bool made_anew = false;  // nobody misses it: a search is filled from the registry
  // Tells it from one that was begun later under the same name, one word; empty: nothing does, or
  // it is not there.
  std::string id{};
  std::string problem{};  // why it cannot be what was kept: "is shorter than it says itself"
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

  // The files that the plugin keeps or will keep, there or not. Quick: it does not read them
  // through. Empty: whatever is lost, the plugin makes anew or does without.
  // [any thread; configured; may block]
  virtual Result<std::vector<KeptFile>> kept() { return std::vector<KeptFile>{}; }
};

}  // namespace swapmeet
