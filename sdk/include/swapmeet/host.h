// What the host does for a plugin: one Host object per plugin, valid from configure() until the
// plugin is destroyed. Everything registered through it is swept when the plugin stops.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "swapmeet/event.h"
#include "swapmeet/feed.h"
#include "swapmeet/http.h"
#include "swapmeet/id.h"
#include "swapmeet/registration.h"
#include "swapmeet/result.h"
#include "swapmeet/settings.h"
#include "swapmeet/time.h"

namespace swapmeet {

enum class LogLevel : std::uint8_t { debug, info, warning, error };

// One key=value of a log line. Never a secret.
struct LogField {
  std::string_view key;
  std::string value;
};

// Where a part writes its log lines; Host::log has this form.
using Log =
    std::function<void(LogLevel, std::string_view message, std::initializer_list<LogField> fields)>;

// A number that only grows. Thread-safe, lock-free.
class Counter {
 public:
  virtual ~Counter() = default;
  virtual void add(std::uint64_t amount = 1) noexcept = 0;
};

// What a plugin may ask of its host. In square brackets: on which thread and from which state on
// (Plugin) it may be called; all of it may be called until stop() returns.
class Host {
 public:
  virtual ~Host() = default;

  // [any thread; configure]
  virtual void log(LogLevel level, std::string_view message,
                   std::initializer_list<LogField> fields = {}) = 0;

  // As they were at configure(). [any thread; configure]
  virtual const Settings& settings() const = 0;
  // A folder of the plugin's own below the host's data folder. It is there from start() on; its
  // path is known before. [any thread; configure]
  virtual std::filesystem::path data_folder() const = 0;
  virtual PeerId peer_id() const = 0;       // of this host, made at its first start
  virtual std::string name() const = 0;     // [host] name
  virtual std::string version() const = 0;  // of the host
  virtual Clock& clock() = 0;

  // The host's own listener: routes below "/api/v1/ext/NAME/", NAME being the last part of the
  // plugin's id, behind its access rules. [any thread; start]
  virtual http::Routes& routes() = 0;
  // Another listener, of the plugin's own, open to the world. `unavailable`: the address is taken.
  // [any thread; start]
  virtual Result<std::unique_ptr<http::Listener>> listen(const http::ListenOptions& options) = 0;

  // Runs `task` every `interval`, first after one interval. The tasks of one plugin share one
  // thread, so that they never run at the same time and keep nobody else from anything. One that
  // throws runs again after growing pauses. [any thread; start]
  virtual Registration every(std::chrono::milliseconds interval, std::function<void()> task) = 0;

  // [any thread; start]
  virtual void publish(const Event& event) = 0;
  // `listener` is called on a thread that this plugin's listeners share, in the order of what
  // happened. Of a listener that is too slow the oldest events are dropped, which is counted and
  // logged: who may lose nothing follows a feed. [any thread; start]
  virtual Registration subscribe(std::function<void(const Event&)> listener) = 0;
  // Moves the changes of `feed` to `follower`, in batches on a thread of its own: from where the
  // follower stands (applied()), also after a crash of either, again after growing pauses when it
  // fails, and from the beginning when the two have lost each other. Feed and follower stay until
  // the registration is gone. [any thread; start]
  virtual Registration follow(ChangeFeed& feed, ChangeFollower& follower) = 0;

  // Names by Prometheus' rules ([a-zA-Z_][a-zA-Z0-9_]*), without the "swapmeet_" that the host puts
  // before. A name that is not: the log says so, and nothing shows it. [any thread; configure]
  virtual std::shared_ptr<Counter> counter(const std::string& name, const std::string& help) = 0;
  // `read` is called when somebody asks for /metrics, on a thread of this plugin's; what it has not
  // answered within a second is left out. [any thread; start]
  virtual Registration gauge(const std::string& name, const std::string& help,
                             std::function<double()> read) = 0;

  // The interface that another plugin, or the host, provides; nullptr: nobody does. Those that the
  // plugin requires have been started before it and stop after it. [any thread; start]
  virtual void* find_interface(std::string_view interface_id) = 0;
  template <class Interface>
  Interface* find() {
    return static_cast<Interface*>(find_interface(Interface::kInterface));
  }
};

}  // namespace swapmeet
