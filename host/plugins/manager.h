// The plugins of a host: loaded and checked, configured, started in the order of what they require,
// stopped in reverse. Threads: the life cycle is one thread's; find() and status() are anyone's
// from the end of load() on.
#pragma once

#include <atomic>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "host/config/plugin_choice.h"
#include "host/config/reload.h"
#include "host/plugins/library.h"
#include "host/plugins/plugin_host.h"
#include "swapmeet/plugin.h"
#include "swapmeet/stores.h"

namespace swapmeet {

struct PluginStatus {
  std::string id;
  Kind kind = Kind::extension;
  std::string version;
  std::string file;
  std::string state;           // loaded, configured, started, stopping, stopped, failed
  std::uint64_t failures = 0;  // exceptions that the guard caught
};

// A plugin that provides an interface.
struct Provider {
  std::string id;
  void* interface = nullptr;
  Gate* gate = nullptr;  // for every call of it
};

class Manager {
 public:
  Manager(Services services, std::vector<std::filesystem::path> folders);
  ~Manager();
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;

  // Opens the libraries, checks settings and what requires what. Calls no plugin but to create it.
  // The error has a line for each plugin that cannot be loaded.
  Result<void> load(const std::vector<PluginChoice>& choices);
  Result<void> configure();
  // All, or none: when one fails, those that had started are stopped again.
  Result<void> start();
  // In reverse order; one that takes longer than three seconds is left behind, with a log line.
  void stop();
  // Whether one was left behind: its thread still runs, and may still use all that the host gave it
  // (Services included), which therefore must not be destroyed.
  bool left_behind() const;
  // New settings for running plugins. A section whose values are refused stays wholly as it was.
  Reload reconfigure(const std::vector<PluginChoice>& choices);

  template <class Interface>
  Interface* find() {
    return static_cast<Interface*>(find_interface(Interface::kInterface));
  }
  // What the host itself provides goes before what its plugins do.
  void* find_interface(std::string_view id);
  // Whether a plugin of the configuration does, from load() on.
  bool is_provided(std::string_view interface_id) { return provider_of(interface_id) != nullptr; }
  // All started plugins that provide it, in the order of the configuration.
  std::vector<Provider> providers(std::string_view interface_id);
  // An interface of the host's own, for plugins and for find(): where several plugins of a kind are
  // one to everybody else. Before start(), and for as long as the manager is there.
  template <class Interface>
  void provide(Interface& interface) {
    provided_[Interface::kInterface] = static_cast<void*>(&interface);
  }
  // A call of this interface threw: counted against the plugin that provides it, and logged.
  void count_failure(std::string_view interface_id, std::string_view doing, std::string_view what);
  std::vector<PluginStatus> status() const;

  // The reports of those that keep stores (Stores), by plugin id. After configure(), before
  // start().
  std::vector<std::pair<std::string, Result<StoreReport>>> verify_stores();
  // Has each that keeps stores, and is started, copy them into a folder of its own, named like its
  // data folder, below `folder`. Who follows a feed comes before the feed, so that no copy is ahead
  // of what it follows. The ids of those that did.
  Result<std::vector<std::string>> back_up_stores(const std::filesystem::path& folder);

 private:
  struct Loaded;
  Reload reconfigure_one(Loaded& loaded, const PluginChoice& choice);
  Result<std::unique_ptr<Loaded>> load_one(const PluginChoice& choice);
  Result<void> sort_by_requirements();
  static Stores* stores_of(Loaded& loaded);
  Loaded* provider_of(std::string_view interface_id);
  void stop_one(Loaded& loaded);
  static void keep_for_ever(std::vector<std::unique_ptr<Loaded>> plugins);
  // `state` is read by other threads (find, status) while the life cycle goes on.
  void set_state(Loaded& loaded, const char* state);
  Error failed(Loaded& loaded, const std::string& doing, const Error& error);

  void* interface_of_started(Loaded& loaded, std::string_view id);

  Services services_;
  std::map<std::string, void*, std::less<>> provided_;
  std::vector<std::filesystem::path> folders_;
  mutable std::mutex state_mutex_;
  std::vector<std::unique_ptr<Loaded>> plugins_;  // in starting order after load()
};

}  // namespace swapmeet
