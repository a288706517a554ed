// A plugin with a host around it, as the checks use it: what its calls throw or return as an error
// becomes a Failure that names the call.
// Threads: one; stop() runs on another, as in a host.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "child.h"
#include "swapmeet/testing/empty_registry.h"
#include "swapmeet/testing/plugin_under_test.h"

namespace swapmeet::tools {

// What a check is about.
struct Subject {
  const std::filesystem::path& file;
  const RawSettings& settings;
  Clock& clock;  // the true one; the plugin's host has one that stands still
  unsigned seed = 1;
  bool in_process = false;
};

// Runs `work`, which calls the plugin; `call` is a literal: "start()".
template <class Work>
auto called(const char* call, Work work) {
  doing(call);
  try {
    return work();
  } catch (const Failure&) {
    throw;
  } catch (const std::exception& exception) {
    throw Failure(std::string(call) + " threw an exception: " + exception.what(),
                  "return an Error instead; the host counts exceptions as faults");
  } catch (...) {
    throw Failure(std::string(call) + " threw something that is no exception",
                  "return an Error instead; the host counts exceptions as faults");
  }
}
// The same, and the result must be ok.
template <class Work>
auto must(const char* call, Work work) {
  auto result = called(call, std::move(work));
  if (!result)
    throw Failure(std::string(call) + " returned an error: " + result.error().message,
                  "with these settings it should have worked; --set key=value gives others");
  return result;
}

class Bench;

// A plugin that has been started; stopped at the latest when this goes.
class Running {
 public:
  Running(Bench& bench, std::unique_ptr<Plugin, void (*)(Plugin*)> plugin)
      : bench_(bench), plugin_(std::move(plugin)) {}
  ~Running();
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  // Ends it within the three seconds that a host waits; a Failure otherwise.
  void stop();
  template <class Interface>
  Interface* find() {
    return called("interface()", [&] {
      return static_cast<Interface*>(plugin_->interface(Interface::kInterface));
    });
  }
  Plugin& plugin() { return *plugin_; }

 private:
  Bench& bench_;
  std::unique_ptr<Plugin, void (*)(Plugin*)> plugin_;
  bool ended_ = false;
};

class Bench {
 public:
  using Object = std::unique_ptr<Plugin, void (*)(Plugin*)>;
  explicit Bench(const Subject& subject);

  const Subject& subject() const { return subject_; }
  PluginInfo info() const { return info_of(descriptor_); }
  bool provides(std::string_view interface_id) const;
  testing::FakeHost& host() { return *host_; }
  // A registry that it may require, instead of the empty one.
  void provide(Registry& registry) { host_->provide<Registry>(registry); }

  Object create() const;
  void configure(Plugin& plugin);
  std::unique_ptr<Running> started();
  void run_once();
  // As the host does it: on a thread of its own, which gets three seconds.
  void stop(Plugin& plugin);

 private:
  const Subject& subject_;
  const PluginDescriptor& descriptor_;
  testing::EmptyRegistry registry_;
  std::unique_ptr<testing::FakeHost> host_ = std::make_unique<testing::FakeHost>();
};

// What is wrong with a key itself; empty: nothing.
std::string problem_of(const KeySpec& key);

}  // namespace swapmeet::tools
