// What one plugin gets as its Host: the host's services, marked with the plugin's id, guarded
// against what its callbacks throw, and swept when it stops.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "host/plugins/fault_news.h"
#include "host/plugins/gate.h"
#include "host/plugins/repeated_faults.h"
#include "host/services/event_bus.h"
#include "host/services/event_listeners.h"
#include "host/services/metrics.h"
#include "host/services/scheduler.h"
#include "host/services/side_thread.h"
#include "swapmeet/host.h"

namespace swapmeet {

// What the host has to offer to all its plugins.
struct Services {
  Clock& clock;
  std::function<void(const std::string& source, LogLevel, std::string_view message,
                     std::initializer_list<LogField>)>
      log;
  std::filesystem::path data;
  std::string name;
  PeerId peer;
  std::string version;
  // The host's own routes, as the plugin `owner` adds to them.
  std::function<std::unique_ptr<http::Routes>(const std::string& owner)> routes_of;
  // Another listener, all of whose routes are the plugin's.
  std::function<Result<std::unique_ptr<http::Listener>>(const std::string& owner,
                                                        const http::ListenOptions&)>
      listen;
  // Moves changes to a follower behind that gate, until the registration is gone.
  std::function<Registration(Gate& gate, ChangeFeed&, ChangeFollower&)> follow;
  EventBus& events;
  Metrics& metrics;
};

class PluginHost final : public Host {
 public:
  PluginHost(const Services& services, std::string id, Settings settings,
             std::function<void*(std::string_view)> find);
  ~PluginHost() override { sweep(); }

  void log(LogLevel level, std::string_view message,
           std::initializer_list<LogField> fields) override;
  const Settings& settings() const override { return settings_; }
  std::filesystem::path data_folder() const override { return data_folder_; }
  PeerId peer_id() const override { return services_.peer; }
  std::string name() const override { return services_.name; }
  std::string version() const override { return services_.version; }
  Clock& clock() override { return services_.clock; }
  http::Routes& routes() override;
  Result<std::unique_ptr<http::Listener>> listen(const http::ListenOptions& options) override;
  Registration every(std::chrono::milliseconds interval, std::function<void()> task) override;
  void publish(const Event& event) override { services_.events.publish(event); }
  Registration subscribe(std::function<void(const Event&)> listener) override;
  Registration follow(ChangeFeed& feed, ChangeFollower& follower) override;
  std::shared_ptr<Counter> counter(const std::string& name, const std::string& help) override;
  Registration gauge(const std::string& name, const std::string& help,
                     std::function<double()> read) override;
  void* find_interface(std::string_view interface_id) override { return find_(interface_id); }

  // In place of DATA/ID; before configure().
  void use_data_folder(std::filesystem::path folder) { data_folder_ = std::move(folder); }
  // Undoes what the plugin has left registered. When it returns no callback runs.
  void sweep();
  Gate& gate() { return gate_; }

 private:
  class OwnedRoutes;
  class OwnedListener;
  // What the plugin has registered, by number. Shared with the registrations given out, which may
  // end on any thread, even while or after the sweep runs.
  struct Owned {
    std::mutex mutex;
    std::condition_variable changed;
    std::map<std::uint64_t, Registration> registrations;
    std::map<std::uint64_t, std::thread::id> ending;  // on which thread
    std::uint64_t next = 0;
    bool swept = false;

    void end(std::uint64_t number);
  };
  // The handler behind the gate, and what its answer calls while it is sent.
  http::Handler gated(http::Handler handler);
  http::RouteOptions gated(http::RouteOptions options);
  http::Response gated(http::Response response);
  void check_metric(const std::string& name);
  void tell_fault(std::string_view doing, std::string_view what);
  // Keeps the registration among the plugin's own; what is returned takes it out again. After the
  // sweep nothing is kept: the registration ends at once.
  Registration own(Registration registration);
  // Runs a call behind the gate; false: it failed.
  bool run_guarded(const Doing& doing, const std::function<void()>& call,
                   std::chrono::milliseconds allowed = Gate::kAllowed);
  void dropped_event();

  const Services services_;
  const std::string id_;
  std::filesystem::path data_folder_ = services_.data / id_;
  Settings settings_;
  std::function<void*(std::string_view)> find_;
  Gate gate_{id_,
             [this](std::string_view doing, std::string_view what) { tell_fault(doing, what); },
             services_.clock};
  RepeatedFaults repeated_;
  SideThread gauges_{services_.clock};  // where they are read
  std::mutex tasks_mutex_;
  std::unique_ptr<Scheduler> tasks_;  // from the first task on
  std::shared_ptr<Owned> owned_ = std::make_shared<Owned>();
  std::unique_ptr<http::Routes> routes_;
  FaultNews fault_news_{services_.events, services_.clock};
  std::atomic<bool> told_of_dropped_{false};
  EventListeners listeners_{services_.events, [this] { dropped_event(); }};
};

}  // namespace swapmeet
