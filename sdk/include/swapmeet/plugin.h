// What a plugin is to the host: a shared library that exports one constant, `swapmeet_plugin`,
// which says what it is before any of its code runs, and makes the Plugin object.
//
//   class MySearch : public swapmeet::Plugin, public swapmeet::Search { … };
//   constexpr const char* kProvides[] = {swapmeet::Search::kInterface};
//   SWAPMEET_PLUGIN(MySearch, {.id = "search.mine", .kind = swapmeet::Kind::search,
//                              .version = "1.0", .summary = "…", .provides = kProvides});
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "swapmeet/abi.h"
#include "swapmeet/host.h"
#include "swapmeet/result.h"
#include "swapmeet/settings.h"

namespace swapmeet {

enum class Kind : std::uint8_t { registry, search, transfer, auth, extension, attributes };
constexpr std::string_view name_of(Kind kind) {
  constexpr std::string_view kNames[] = {"registry", "search",    "transfer",
                                         "auth",     "extension", "attributes"};
  return kNames[static_cast<std::uint8_t>(kind)];
}

// The life of a plugin: check → configure → start → (check → reconfigure)… → stop. After a failed
// configure or start there is a stop. In square brackets: on which thread and in which state the
// host calls a method. The main thread is the one that starts and stops the host; it calls one
// method at a time.
class Plugin {
 public:
  virtual ~Plugin() = default;
  // Whether these values make sense together: what KeySpec cannot say of each alone. The error
  // names the keys. Uses nothing but the values: no files, no threads, no memory of them. `swapmeet
  // check` asks this as well, of an object that is never configured.
  // [main thread; any state]
  virtual Result<void> check(const Settings& settings) const {
    static_cast<void>(settings);
    return {};
  }
  // Remembers `host` and reads host.settings(), which check() has accepted. No I/O, no threads.
  // [main thread; created]
  virtual Result<void> configure(Host& host) = 0;
  // Opens files, starts threads. When it returns ok, the interfaces work. The host waits for it as
  // long as it takes and says in the log, by name, that it does.
  // [main thread; configured]
  virtual Result<void> start() = 0;
  // Ends everything, joins all threads; idempotent; within three seconds.
  // [a thread of its own, at the main thread's command; any state]
  virtual void stop() = 0;
  // Takes the new values of the keys that change at once (KeySpec); the others are not looked at.
  // Called with values that check() has accepted, when one of those keys differs. All or nothing:
  // an error, which only a fault of the moment can be (a full disk), leaves everything as it was.
  // [main thread; started]
  virtual Result<void> reconfigure(const Settings& settings) {
    static_cast<void>(settings);
    return unsupported("takes new settings at its next start");
  }
  // The interface with that id, as a pointer to the interface type, or nullptr. Use
  // interface_of<T…>() to implement it. The pointer is good until stop().
  // [any thread; started. Stores is asked for from configured on]
  virtual void* interface(std::string_view id) = 0;
};

// For Plugin::interface(): the first of the interface types whose id it is.
//   void* interface(std::string_view id) override { return interface_of<Search>(this, id); }
template <class... Interfaces, class Self>
void* interface_of(Self* self, std::string_view id) {
  void* found = nullptr;
  static_cast<void>(((id == Interfaces::kInterface
                          ? (found = static_cast<void*>(static_cast<Interfaces*>(self)), true)
                          : false) ||
                     ...));
  return found;
}

// What a plugin says of itself. Later versions append fields: `size` says which are there.
struct PluginInfo {
  std::uint32_t size = sizeof(PluginInfo);
  const char* id = nullptr;  // "search.mine": kind, '.', name
  Kind kind = Kind::extension;
  const char* version = nullptr;
  const char* summary = nullptr;                       // one line
  std::span<const char* const> provides{};             // interface ids
  std::span<const char* const> requires_interfaces{};  // must be there, started before
  KeyTable keys{};
  // A second object of it may run beside the first, each with a data folder of its own: it can be
  // replaced while the host runs (`swapmeet plugins reload`).
  bool may_run_twice = false;
};

// What a plugin's file exports. Later versions append fields: `size` says which are there.
struct PluginDescriptor {
  std::uint64_t magic;      // kPluginMagic
  std::uint32_t size;       // sizeof(PluginDescriptor) as the plugin knows it
  std::uint16_t abi_major;  // must equal the host's
  std::uint16_t abi_minor;  // must not be above the host's
  const char* toolchain;    // must equal the host's: kToolchain
  const char* contracts;    // the fingerprint of the headers for this ABI: kContracts
  const PluginInfo* info;
  Plugin* (*create)();
  void (*destroy)(Plugin*);
};

// The info as this build knows it: what the plugin's is too short for has its default.
PluginInfo info_of(const PluginDescriptor& plugin);

}  // namespace swapmeet

// Exports the descriptor. Once per shared library, at global scope.
#define SWAPMEET_PLUGIN(Type, ...)                                   \
  namespace {                                                        \
  constexpr swapmeet::PluginInfo swapmeet_plugin_info = __VA_ARGS__; \
  }                                                                  \
  extern "C" __attribute__((visibility("default")))                  \
  const swapmeet::PluginDescriptor swapmeet_plugin;                  \
  const swapmeet::PluginDescriptor swapmeet_plugin = {               \
      swapmeet::kPluginMagic,                                        \
      sizeof(swapmeet::PluginDescriptor),                            \
      swapmeet::kAbiMajor,                                           \
      swapmeet::kAbiMinor,                                           \
      swapmeet::kToolchain,                                          \
      swapmeet::kContracts,                                          \
      &swapmeet_plugin_info,                                         \
      []() -> swapmeet::Plugin* { return new Type; },                \
      [](swapmeet::Plugin* plugin) { delete plugin; }}
