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

// Something that happened, for whoever listens (GET /api/v1/events sends them on).
struct Event {
  std::string topic;       // "download", "upload", "share", "inbox", "peer", …
  std::string json;        // one JSON object
  std::string watch = {};  // of "match": the watch that found it; only those who follow it are told
};

// A number that only grows. Thread-safe, lock-free.
class Counter {
 public:
  virtual ~Counter() = default;
  virtual void add(std::uint64_t amount = 1) noexcept = 0;
};

// Thread-safe, except where it says otherwise.
class Host {
 public:
  virtual ~Host() = default;

  virtual void log(LogLevel level, std::string_view message,
                   std::initializer_list<LogField> fields = {}) = 0;

  virtual const Settings& settings() const = 0;
  // A folder of the plugin's own below the host's data folder; exists from start() on.
  virtual std::filesystem::path data_folder() const = 0;
  virtual PeerId peer_id() const = 0;       // of this host, made at its first start
  virtual std::string name() const = 0;     // [host] name
  virtual std::string version() const = 0;  // of the host
  virtual Clock& clock() = 0;

  // The host's own listener: routes under "/api/v1/" behind its access rules.
  virtual http::Routes& routes() = 0;
  // Another listener, of the plugin's own, open to the world. `unavailable`: the address is taken.
  virtual Result<std::unique_ptr<http::Listener>> listen(const http::ListenOptions& options) = 0;

  // Runs `task` every `interval`, first after one interval, never two at a time, on one of a few
  // threads that all plugins share: long work belongs on a thread of one's own.
  virtual Registration every(std::chrono::milliseconds interval, std::function<void()> task) = 0;

  virtual void publish(const Event& event) = 0;
  // `listener` is called on the publisher's thread: be quick.
  virtual Registration subscribe(std::function<void(const Event&)> listener) = 0;

  // Names by Prometheus' rules, without the "swapmeet_" that the host puts before.
  virtual std::shared_ptr<Counter> counter(const std::string& name, const std::string& help) = 0;
  // `read` is called when somebody asks for /metrics.
  virtual Registration gauge(const std::string& name, const std::string& help,
                             std::function<double()> read) = 0;

  // The interface that another plugin provides, or nullptr. From start() on; those that the plugin
  // requires have been started before it and stop after it.
  virtual void* find_interface(std::string_view interface_id) = 0;
  template <class Interface>
  Interface* find() {
    return static_cast<Interface*>(find_interface(Interface::kInterface));
  }
};

}  // namespace swapmeet
