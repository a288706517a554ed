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

enum class Kind : std::uint8_t { registry, search, transfer, auth, extension };
constexpr std::string_view name_of(Kind kind) {
  constexpr std::string_view kNames[] = {"registry", "search", "transfer", "auth", "extension"};
  return kNames[static_cast<std::uint8_t>(kind)];
}

// All methods but interface() are called by the host on one thread, one at a time, in this order:
// check → configure → start → (check → reconfigure)… → stop. After a failed configure or start
// there is a stop. interface() may be called on any thread between start and stop.
class Plugin {
 public:
  virtual ~Plugin() = default;
  // Whether these values make sense together: what KeySpec cannot say of each alone. The error
  // names the keys. Uses nothing but the values: no files, no threads, no memory of them. `swapmeet
  // check` asks this as well, of an object that is never configured.
  virtual Result<void> check(const Settings& settings) const {
    static_cast<void>(settings);
    return {};
  }
  // Remembers `host` and reads host.settings(), which check() has accepted. No I/O, no threads.
  virtual Result<void> configure(Host& host) = 0;
  // Opens files, starts threads. When it returns ok, the interfaces work.
  virtual Result<void> start() = 0;
  // Ends everything, joins all threads; idempotent; within three seconds.
  virtual void stop() = 0;
  // Between start and stop: takes the new values of the keys that change at once (KeySpec); the
  // others are not looked at. Called with values that check() has accepted, when one of those keys
  // differs. All or nothing: an error, which only a fault of the moment can be (a full disk),
  // leaves everything as it was.
  virtual Result<void> reconfigure(const Settings& settings) {
    static_cast<void>(settings);
    return unsupported("takes new settings at its next start");
  }
  // The interface with that id, as a pointer to the interface type, or nullptr. Use
  // interface_of<T…>() to implement it.
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

struct PluginInfo {
  const char* id;  // "search.fts": kind, '.', name
  Kind kind;
  const char* version;
  const char* summary;                                 // one line
  std::span<const char* const> provides{};             // interface ids
  std::span<const char* const> requires_interfaces{};  // must be there, started before
  std::span<const KeySpec> keys{};
};

struct PluginDescriptor {
  std::uint64_t magic;      // kPluginMagic
  std::uint16_t abi_major;  // must equal the host's
  std::uint16_t abi_minor;  // must not be above the host's
  std::uint32_t size;       // sizeof(PluginDescriptor)
  const char* toolchain;    // must equal the host's: kToolchain
  PluginInfo info;
  Plugin* (*create)();
  void (*destroy)(Plugin*);
};

}  // namespace swapmeet

// Exports the descriptor. Once per shared library, at global scope.
#define SWAPMEET_PLUGIN(Type, ...)                     \
  extern "C" __attribute__((visibility("default")))    \
  const swapmeet::PluginDescriptor swapmeet_plugin;    \
  const swapmeet::PluginDescriptor swapmeet_plugin = { \
      swapmeet::kPluginMagic,                          \
      swapmeet::kAbiMajor,                             \
      swapmeet::kAbiMinor,                             \
      sizeof(swapmeet::PluginDescriptor),              \
      swapmeet::kToolchain,                            \
      __VA_ARGS__,                                     \
      []() -> swapmeet::Plugin* { return new Type; },  \
      [](swapmeet::Plugin* plugin) { delete plugin; }}
