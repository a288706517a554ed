// A plugin's own keys, checked by the host against what the plugin declares (KeySpec) before any of
// its code runs. The text forms of sizes and durations are those of values.h.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "swapmeet/address.h"
#include "swapmeet/result.h"
#include "swapmeet/values.h"

namespace swapmeet {

enum class KeyType : std::uint8_t {
  text,
  integer,
  boolean,   // true false yes no on off 1 0
  size,      // bytes: 10M, 1.5G, 512K (powers of 1,000), 4Ki, 1Mi, 2Gi (of 1,024)
  duration,  // 500ms 30s 5m 12h 7d
  path,      // relative ones count from the configuration file's folder
  address,   // host:port
  url,       // http:// or https://
  choice,    // one of `choices`
  list,      // separated by commas
};

// When a new value takes effect that a host finds as it reads its configuration again (SIGHUP).
enum class Changes : std::uint8_t { at_restart, at_once };

// Constant data, in the plugin's descriptor. A name that ends in ".*" stands for any number of keys
// with that beginning: "share.*". One with the ".*" before a last part goes before those: all that
// end so are its own, "share.music.audience" of "share.*.audience".
struct KeySpec {
  const char* name;
  KeyType type;
  const char* default_value;  // nullptr: must be given; "": may be left out
  const char* low;            // least value; nullptr: none
  const char* high;           // greatest value; nullptr: none
  const char* help;           // a sentence
  bool secret = false;        // never shown
  Changes changes = Changes::at_restart;
  const char* choices = nullptr;  // of KeyType::choice, separated by '|'
};
// The same key, for plugins whose reconfigure() takes it: at_once({"limit", KeyType::size, …}).
constexpr KeySpec at_once(KeySpec spec) {
  spec.changes = Changes::at_once;
  return spec;
}

// A key that takes one of these: one_of("closed|open", {"registration", "closed", "…"}).
struct Choice {
  const char* name;
  const char* default_value;
  const char* help;
};
constexpr KeySpec one_of(const char* choices, Choice key) {
  return {.name = key.name,
          .type = KeyType::choice,
          .default_value = key.default_value,
          .low = nullptr,
          .high = nullptr,
          .help = key.help,
          .choices = choices};
}

// The keys of a plugin, as its descriptor has them. The size of a row goes with them, so that a
// later KeySpec may have more fields.
class KeyTable {
 public:
  constexpr KeyTable() = default;
  template <std::size_t N>
  constexpr KeyTable(const KeySpec (&keys)[N]) : first_(keys), count_(N) {}
  constexpr KeyTable(std::span<const KeySpec> keys) : first_(keys.data()), count_(keys.size()) {}
  // The rows as this build knows them: what a row is too short for has its default.
  std::vector<KeySpec> rows() const;

 private:
  const void* first_ = nullptr;
  std::size_t count_ = 0;
  std::size_t row_size_ = sizeof(KeySpec);
};

// The spec that declares `key`, or the ".*" spec that admits it; nullptr when none does.
const KeySpec* find_spec(std::span<const KeySpec> specs, std::string_view key);

// The raw keys of one section: name and value as written.
using RawSettings = std::vector<std::pair<std::string, std::string>>;

// Thread-safe: never changes.
class Settings {
 public:
  Settings() = default;
  // Checks raw keys against the specs and fills in defaults. `where` begins every error:
  // "index.ini [search]". Errors: unknown key (with the nearest known one), bad value, out of
  // bounds, missing; a line of the message for each.
  static Result<Settings> check(std::string_view where, const RawSettings& raw,
                                std::span<const KeySpec> specs,
                                const std::filesystem::path& base_folder);

  // Typed access to declared keys; asking for a key that is not declared, or as another type,
  // throws std::logic_error (a defect of the plugin).
  const std::string& text(std::string_view key) const;  // any type: the text, paths made absolute
  bool has(std::string_view key) const;                 // declared, and not empty
  std::int64_t integer(std::string_view key) const;
  bool boolean(std::string_view key) const;
  std::uint64_t size(std::string_view key) const;
  std::chrono::milliseconds duration(std::string_view key) const;
  std::filesystem::path path(std::string_view key) const;
  HostPort address(std::string_view key) const;
  std::vector<std::string> list(std::string_view key) const;
  // The names of declared keys whose values differ from those of `other`; each key of a ".*" spec
  // by its own name.
  std::vector<std::string> differing(const Settings& other) const;
  // Takes the values of the keys that change at once from `fresh`; the others stay.
  void take_at_once(const Settings& fresh, std::span<const KeySpec> specs);
  // The keys that a ".*" spec admitted: for "share.*" {"music", "/home/alice/Music"}, …. Those of
  // "share.*.audience" also when their value is empty.
  std::vector<std::pair<std::string, std::string>> family(std::string_view spec_name) const;

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

}  // namespace swapmeet
