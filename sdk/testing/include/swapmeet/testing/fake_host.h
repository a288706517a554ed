// The host as a plugin's test sees it: a clock that the test turns, a data folder of its own, log
// lines and events that can be looked at, routes that can be called without sockets.
// Threads: the plugin may call it from any; scheduled tasks run on the thread that calls advance().
#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "swapmeet/host.h"
#include "swapmeet/testing/fake_sessions.h"
#include "swapmeet/testing/manual_clock.h"
#include "swapmeet/testing/memory_routes.h"
#include "swapmeet/testing/temporary_folder.h"

namespace swapmeet::testing {

struct LogLine {
  LogLevel level = LogLevel::info;
  std::string text;  // "registered peer=… name=alice"
};

class FakeHost final : public Host {
 public:
  FakeHost();
  ~FakeHost() override;
  FakeHost(const FakeHost&) = delete;
  FakeHost& operator=(const FakeHost&) = delete;

  // What the test sets. Settings before configure(), the rest before start().
  void set_settings(Settings settings) { settings_ = std::move(settings); }
  template <class Interface>
  void provide(Interface& interface) {  // for find<Interface>()
    provide(Interface::kInterface, static_cast<void*>(&interface));
  }
  void provide(std::string_view interface_id, void* interface);
  // In place of listeners in memory: a real front, where others must be able to connect.
  using Listen = std::function<Result<std::unique_ptr<http::Listener>>(const http::ListenOptions&)>;
  void listen_with(Listen listen) { listen_ = std::move(listen); }

  // What the test does, and looks at.
  // Turns the clock, and runs the tasks that fall due on the way, each at its time.
  void advance(std::chrono::milliseconds time);
  MemoryRoutes& memory_routes() { return routes_; }
  FakeSessions& sessions() { return sessions_; }  // what the plugin finds as Sessions
  std::vector<LogLine> log_lines() const;
  std::vector<Event> events() const;  // published so far, by the plugin or by the test
  std::uint64_t counter_value(const std::string& name) const;
  double gauge_value(const std::string& name) const;  // 0 when there is none
  // Ends what is left registered, as the host does when a plugin has stopped.
  void sweep();

  // Host.
  void log(LogLevel level, std::string_view message,
           std::initializer_list<LogField> fields) override;
  const Settings& settings() const override { return settings_; }
  std::filesystem::path data_folder() const override { return folder_.path; }
  PeerId peer_id() const override;
  std::string name() const override { return "fake"; }
  std::string version() const override { return "0"; }
  Clock& clock() override { return clock_; }
  http::Routes& routes() override { return routes_; }
  Result<std::unique_ptr<http::Listener>> listen(const http::ListenOptions& options) override;
  Registration every(std::chrono::milliseconds interval, std::function<void()> task) override;
  void publish(const Event& event) override;
  // Listeners are called by publish(), on its thread. The host calls them on a thread of theirs.
  Registration subscribe(std::function<void(const Event&)> listener) override;
  // Moves what there is at once, on this thread, and what came since at every advance(); what
  // failed is tried again at the next.
  Registration follow(ChangeFeed& feed, ChangeFollower& follower) override;
  std::shared_ptr<Counter> counter(const std::string& name, const std::string& help) override;
  Registration gauge(const std::string& name, const std::string& help,
                     std::function<double()> read) override;
  void* find_interface(std::string_view interface_id) override;

 private:
  struct State;  // shared with the registrations given out, which may outlive the host
  Settings settings_;
  TemporaryFolder folder_;
  ManualClock clock_;
  MemoryRoutes routes_;
  FakeSessions sessions_;
  Listen listen_;
  std::atomic<std::uint16_t> next_port_{1024};
  std::map<std::string, void*, std::less<>> interfaces_;
  std::shared_ptr<State> state_;
};

}  // namespace swapmeet::testing
