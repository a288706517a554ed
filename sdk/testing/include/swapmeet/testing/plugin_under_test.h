// A plugin loaded from its file and driven through its real entry, in a host of its own: what a
// contract suite runs against. Data folder and clock stay when it is restarted.
// Threads: the test's own. What goes wrong here is thrown, so that the test fails with the reason.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

#include "swapmeet/plugin.h"
#include "swapmeet/testing/fake_host.h"

namespace swapmeet::testing {

// Opens a plugin's file and checks it as the host does. It stays open until exit.
Result<const PluginDescriptor*> open_plugin(const std::filesystem::path& file);

class PluginUnderTest {
 public:
  // Loads it, with these keys in its section.
  explicit PluginUnderTest(const std::filesystem::path& file, const RawSettings& raw = {});
  ~PluginUnderTest();
  PluginUnderTest(const PluginUnderTest&) = delete;
  PluginUnderTest& operator=(const PluginUnderTest&) = delete;

  FakeHost& host() { return host_; }
  const PluginDescriptor& descriptor() const { return *descriptor_; }

  // A fresh object, with its settings checked, configured and started.
  void start();
  void stop();  // and destroys it
  // While it runs, with these keys in its section from now on, as at a SIGHUP.
  void reconfigure(const RawSettings& raw);
  void restart() {
    stop();
    start();
  }

  // While it runs. nullptr: it does not provide it.
  template <class Interface>
  Interface* find() {
    return plugin_ ? static_cast<Interface*>(plugin_->interface(Interface::kInterface)) : nullptr;
  }
  template <class Interface>
  Interface& get() {
    if (auto* found = find<Interface>()) return *found;
    throw std::runtime_error(std::string(info_of(*descriptor_).id) + " does not provide " +
                             Interface::kInterface);
  }

 private:
  Settings checked(const RawSettings& raw) const;

  FakeHost host_;
  const PluginDescriptor* descriptor_ = nullptr;
  std::unique_ptr<Plugin, std::function<void(Plugin*)>> plugin_;
};

}  // namespace swapmeet::testing
