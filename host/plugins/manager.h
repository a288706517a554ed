// The plugins of a host: loaded and checked, configured, started in the order of what they require,
// stopped in reverse. Threads: the life cycle is one thread's; find(), status() and replacing are
// anyone's from the end of load() on.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
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
#include "host/plugins/lookout.h"
#include "host/plugins/plugin_host.h"
#include "swapmeet/plugin.h"
#include "swapmeet/stores.h"

namespace swapmeet {

struct PluginStatus {
  std::string id;
  Kind kind = Kind::extension;
  std::string version;
  std::string file;
  std::string state;         // loaded, configured, started, faulty, stopping, stopped, failed
  std::string reason;        // why it is faulty, or was; empty: nothing yet
  std::uint64_t faults = 0;  // what it threw, answered wrongly or failed at by a defect
  std::size_t calls = 0;     // of the host's into it, in flight
  std::size_t overdue = 0;   // of these, take longer than they may
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

  // Plugins beside those in place (replacing.cpp): one that is to take another's place, or is only
  // tried. Nobody finds them, and status() does not name them. One replacement at a time; on any
  // thread between start() and stop().
  struct Loaded;
  using Candidate = std::shared_ptr<Loaded>;
  // Loads, checks, configures and starts it, with a data folder of its own if one of its id is in
  // place. `timed_out`: it has not started within `patience`, and is left behind. After an error
  // nothing of it remains.
  // Its routes wait until it is in place and the other has gone (open_routes).
  // One that is only tried shows none, and no metrics either.
  enum class Purpose : std::uint8_t { takes_a_place, is_tried };
  Result<Candidate> start_beside(const PluginChoice& choice, std::chrono::milliseconds patience,
                                 Purpose purpose = Purpose::takes_a_place);
  Provider provider(const Candidate& plugin, std::string_view interface_id);
  static std::string id_of(const Candidate& plugin);
  static std::string version_of(const Candidate& plugin);
  std::vector<Candidate> in_place(Kind kind) const;
  // Whether the plugin is the one that `choice` names, and whether it would have to start anew to
  // be as it says.
  static bool is_chosen(const Candidate& plugin, const PluginChoice& choice);
  static bool differs(const Candidate& plugin, const PluginChoice& choice);
  // From now on the candidate is found in the place of `old`; nullptr: in a new one, at the end.
  Result<void> adopt(const Candidate& candidate, const Candidate& old);
  void withdraw(const Candidate& old);
  void open_routes(const Candidate& plugin);
  // New instances of all of a kind whose interfaces nobody has in hand, such as most extensions:
  // they are started beside, take the places, and the old ones stop. All or nothing.
  Result<std::vector<Candidate>> replace(Kind kind, const std::vector<PluginChoice>& choices,
                                         std::chrono::milliseconds patience);
  // Stops and destroys what is in no place any more. `is_left`: nobody calls it. False: it hangs or
  // is still called, and is left behind.
  bool retire(Candidate plugin, bool is_left);

  // The way into the plugin that provides it; nullptr: none does, or several, or the host itself.
  Gate* gate_of(std::string_view interface_id);
  // By whose id its calls are known: of several providers all ids, of none nothing.
  std::string owner_of(std::string_view interface_id);
  // Says in the log which calls are overdue. Once a second by itself, from configure() on.
  void look_out();
  std::vector<PluginStatus> status() const;

  // The reports of those that keep stores (Stores), by plugin id. After configure(), before
  // start().
  // `wanted`, when it is given: by the plugin's id.
  std::vector<std::pair<std::string, Result<StoreReport>>> verify_stores(
      const std::function<bool(const std::string&)>& wanted = {});
  // What they keep, by the plugin's id; one that cannot say so is left out.
  std::vector<std::pair<std::string, std::vector<KeptFile>>> kept_files();
  // Has each that keeps stores, and is started, copy them into a folder of its own, named like its
  // data folder, below `folder`. Who follows a feed comes before the feed, so that no copy is ahead
  // of what it follows. The ids of those that did.
  Result<std::vector<std::string>> back_up_stores(const std::filesystem::path& folder);

 private:
  Reload reconfigure_one(Loaded& loaded, const PluginChoice& choice);
  Result<std::unique_ptr<Loaded>> load_one(const PluginChoice& choice, const Services& services);
  Result<void> sort_by_requirements();
  static Stores* stores_of(Loaded& loaded);
  std::shared_ptr<Loaded> provider_of(std::string_view interface_id);
  std::vector<std::shared_ptr<Loaded>> all() const;
  Services services_with(Metrics& metrics) const;
  Result<void> check_beside(const Loaded& candidate);
  Result<void> start_in_time(const Candidate& candidate, std::chrono::milliseconds patience);
  void stop_one(Loaded& loaded);
  static void keep_for_ever(std::vector<std::shared_ptr<Loaded>> plugins);
  // `state` is read by other threads (find, status) while the life cycle goes on.
  void set_state(Loaded& loaded, const char* state);
  Error failed(Loaded& loaded, const std::string& doing, const Error& error);

  // Asks a plugin that has just started for all that it says to provide.
  static Result<void> take_interfaces(Loaded& loaded);
  void* interface_of_started(Loaded& loaded, std::string_view id);

  Services services_;
  std::map<std::string, void*, std::less<>> provided_;
  std::vector<std::filesystem::path> folders_;
  mutable std::mutex state_mutex_;
  std::vector<std::shared_ptr<Loaded>> plugins_;  // in starting order after load()
  std::vector<std::shared_ptr<Loaded>> left_;     // replaced ones that hang or are still called
  std::unique_ptr<Lookout> lookout_;
};

}  // namespace swapmeet
