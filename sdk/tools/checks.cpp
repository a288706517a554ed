#include "checks.h"

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <set>

#include "exports.h"
#include "swapmeet/loading.h"
#include "swapmeet/testing/empty_registry.h"
#include "swapmeet/testing/plugin_under_test.h"

namespace swapmeet::tools {
namespace {

namespace fs = std::filesystem;

Outcome ok(std::string sentence) { return {Verdict::ok, std::move(sentence)}; }
Outcome failed(std::string sentence) { return {Verdict::failed, std::move(sentence)}; }
Outcome skipped(std::string sentence) { return {Verdict::skipped, std::move(sentence)}; }

// What a check is about.
struct Subject {
  const fs::path& file;
  const RawSettings& settings;
  Clock& clock;
};

// The plugin with a host around it that provides what it may require.
class Bench {
 public:
  explicit Bench(const Subject& subject) : descriptor_(*load(subject.file)) {
    host_.provide<Registry>(registry_);
    auto checked = Settings::check(info_of(descriptor_).id, subject.settings,
                                   info_of(descriptor_).keys.rows(), host_.data_folder());
    if (!checked) throw std::runtime_error(checked.error().message);
    host_.set_settings(std::move(*checked));
  }

  using Object = std::unique_ptr<Plugin, void (*)(Plugin*)>;
  Object create() const { return {descriptor_.create(), descriptor_.destroy}; }
  PluginInfo info() const { return info_of(descriptor_); }
  testing::FakeHost& host() { return host_; }

  Object started() {
    auto plugin = create();
    if (!plugin) throw std::runtime_error("create() made no object");
    if (auto done = plugin->configure(host_); !done)
      throw std::runtime_error("configure: " + done.error().message);
    if (auto done = plugin->start(); !done)
      throw std::runtime_error("start: " + done.error().message);
    return plugin;
  }
  void run_once() {
    auto plugin = started();
    plugin->stop();
    host_.sweep();
  }

 private:
  static const PluginDescriptor* load(const fs::path& file) {
    auto opened = testing::open_plugin(file);
    if (!opened) throw std::runtime_error(opened.error().message);
    return *opened;
  }
  const PluginDescriptor& descriptor_;
  testing::EmptyRegistry registry_;
  testing::FakeHost host_;
};

Outcome check_file(const Subject& subject) {
  if (auto checked = check_plugin_file(subject.file); !checked)
    return failed(checked.error().message);
  return ok("only you and root can change it");
}

Outcome check_exports(const Subject& subject) {
  auto names = exported_symbols(subject.file);
  if (!names) return failed(names.error().message);
  if (std::find(names->begin(), names->end(), "swapmeet_plugin") == names->end())
    return failed("does not export swapmeet_plugin: use SWAPMEET_PLUGIN");
  std::erase(*names, "swapmeet_plugin");
  if (!names->empty())
    return failed("exports " + std::to_string(names->size()) + " other symbols, such as " +
                  names->front() +
                  ", which may clash with another plugin's: build it with "
                  "swapmeet_add_plugin()");
  return ok("swapmeet_plugin and nothing else");
}

Outcome check_loads(const Subject& subject) {
  auto opened = testing::open_plugin(subject.file);
  if (!opened) return failed(opened.error().message);
  const auto& plugin = **opened;
  return ok(std::string(info_of(plugin).id) + ' ' + info_of(plugin).version + ", ABI " +
            std::to_string(plugin.abi_major) + '.' + std::to_string(plugin.abi_minor) + ", " +
            plugin.toolchain);
}

// The default of a key must be a value that the key admits; nobody can see that until somebody
// leaves the key out.
std::string problem_of(const KeySpec& key) {
  if (!key.name || !*key.name) return "a key has no name";
  const std::string name = key.name;
  if (name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_.*") != std::string::npos)
    return name + ": a key's name has a-z, 0-9, '_' and '.' only";
  if (name == "plugin") return "plugin: is the host's own key";
  if (!key.help || !*key.help) return name + ": has no help";
  if (key.type == KeyType::choice && !key.choices) return name + ": names no choices";
  if (!key.default_value || !*key.default_value || name.ends_with(".*")) return {};
  const KeySpec alone[] = {key};
  const auto checked = Settings::check("key", {{name, key.default_value}}, alone, "/");
  if (!checked) return name + ": its own default is refused: " + checked.error().message;
  return {};
}

Outcome check_keys(const Subject& subject) {
  auto opened = testing::open_plugin(subject.file);
  if (!opened) return failed(opened.error().message);
  const auto info = info_of(**opened);
  std::set<std::string> names;
  for (const auto& key : info.keys.rows()) {
    if (auto problem = problem_of(key); !problem.empty()) return failed(problem);
    if (!names.insert(key.name).second) return failed(std::string(key.name) + ": is there twice");
  }
  if (names.empty()) return ok("it has none");
  return ok(std::to_string(names.size()) + ", each with help, their defaults within their bounds");
}

Outcome check_creates(const Subject& subject) {
  auto opened = testing::open_plugin(subject.file);
  if (!opened) return failed(opened.error().message);
  for (int round = 0; round < 2; ++round) {
    auto* plugin = (*opened)->create();
    if (!plugin) return failed("create() made no object");
    (*opened)->destroy(plugin);
  }
  return ok("created and destroyed, twice");
}

// Its section must have keys that only a person can choose.
std::optional<KeySpec> missing_key(const PluginInfo& info, const RawSettings& settings) {
  for (const auto& key : info.keys.rows())
    if (!key.default_value && std::none_of(settings.begin(), settings.end(),
                                           [&](const auto& set) { return set.first == key.name; }))
      return key;
  return std::nullopt;
}

Outcome check_configures(const Subject& subject) {
  auto opened = testing::open_plugin(subject.file);
  if (!opened) return failed(opened.error().message);
  if (const auto key = missing_key(info_of(**opened), subject.settings))
    return skipped("it needs a key: give one with --set " + std::string(key->name) + "=… (" +
                   key->help + ')');
  Bench bench(subject);
  auto plugin = bench.create();
  if (auto done = plugin->configure(bench.host()); !done) return failed(done.error().message);
  for (const auto& entry : fs::directory_iterator(bench.host().data_folder()))
    return failed("configure() wrote " + entry.path().filename().string() +
                  " to the data folder: that belongs into start()");
  return ok(subject.settings.empty() ? "with its defaults" : "with the given settings");
}

Outcome check_starts(const Subject& subject) {
  Bench bench(subject);
  for (const char* id : bench.info().requires_interfaces)
    if (!bench.host().find_interface(id))
      return skipped(std::string("it requires ") + id + ", which this program cannot provide");
  bench.run_once();
  return ok("started and stopped");
}

Outcome check_stops_twice(const Subject& subject) {
  Bench bench(subject);
  auto plugin = bench.started();
  const auto begun = subject.clock.steady();
  plugin->stop();
  if (subject.clock.steady() - begun > std::chrono::seconds(3))
    return failed("stop() took longer than the three seconds that the host waits");
  plugin->stop();
  return ok("the second stop does nothing");
}

Outcome check_stops_unstarted(const Subject& subject) {
  Bench bench(subject);
  auto plugin = bench.create();
  if (auto done = plugin->configure(bench.host()); !done) return failed(done.error().message);
  plugin->stop();
  return ok("after configure() alone, as when another plugin fails");
}

Outcome check_restarts(const Subject& subject) {
  Bench bench(subject);
  constexpr int kRounds = 10;
  for (int round = 0; round < kRounds; ++round) bench.run_once();
  return ok("ten times over the same data folder");
}

Outcome check_interfaces(const Subject& subject) {
  Bench bench(subject);
  auto plugin = bench.started();
  std::string names;
  for (const char* id : bench.info().provides) {
    if (!plugin->interface(id))
      return failed(std::string("says that it provides ") + id + ", but interface() has none");
    (names += names.empty() ? "" : ", ") += id;
  }
  for (const char* id : {"", "swapmeet.nothing/1", "swapmeet"})
    if (plugin->interface(id))
      return failed("interface(\"" + std::string(id) +
                    "\") answers, though there is no such "
                    "interface: a caller would take it for something else");
  plugin->stop();
  return ok(names.empty() ? "it provides none" : names);
}

std::size_t entries_of(const char* folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), {}));
}

// Ended threads leave /proc a moment after they were joined.
bool threads_fall_to(std::size_t count, Clock& clock) {
  std::mutex mutex;
  std::condition_variable never;
  std::unique_lock lock(mutex);
  const auto fallen = [&] { return entries_of("/proc/self/task") <= count; };
  const auto end = clock.steady() + std::chrono::seconds(2);
  while (!fallen() && clock.steady() < end)
    clock.wait_for(lock, never, std::chrono::milliseconds(20), fallen);
  return fallen();
}

Outcome check_leaves_nothing(const Subject& subject) {
  Bench bench(subject);
  const auto threads = entries_of("/proc/self/task");
  bench.run_once();  // what libraries open once and keep is theirs
  if (!threads_fall_to(threads, subject.clock))
    return failed(std::to_string(entries_of("/proc/self/task") - threads) +
                  " threads run on after stop(): join them there");
  const auto files = entries_of("/proc/self/fd");
  for (int round = 0; round < 3; ++round) bench.run_once();
  if (const auto now = entries_of("/proc/self/fd"); now > files)
    return failed(std::to_string(now - files) + " more open files after three starts and stops");
  return ok("no thread and no open file stays behind");
}

struct Check {
  const char* name;
  Outcome (*run)(const Subject&);
  const char* gate;  // what cannot be tried when this did not pass; nullptr: it stops nothing
};

constexpr Check kChecks[] = {
    {"file", check_file, nullptr},
    {"exports", check_exports, nullptr},
    {"loads", check_loads, "it does not load"},
    {"keys", check_keys, nullptr},
    {"creates", check_creates, "it was not created"},
    {"configures", check_configures, "it was not configured"},
    {"stops unstarted", check_stops_unstarted, nullptr},
    {"starts", check_starts, "it was not started"},
    {"stops twice", check_stops_twice, nullptr},
    {"restarts", check_restarts, nullptr},
    {"interfaces", check_interfaces, nullptr},
    {"leaves nothing", check_leaves_nothing, nullptr},
};

}  // namespace

std::vector<Checked> check_plugin(const fs::path& file, const RawSettings& settings, Clock& clock,
                                  std::chrono::seconds patience) {
  const Subject subject{file, settings, clock};
  std::vector<Checked> all;
  std::string closed;
  for (const auto& check : kChecks) {
    auto outcome = closed.empty() ? in_child([&] { return check.run(subject); }, clock, patience)
                                  : skipped(closed);
    if (check.gate && closed.empty() && outcome.verdict != Verdict::ok) closed = check.gate;
    all.push_back({check.name, std::move(outcome)});
  }
  return all;
}

}  // namespace swapmeet::tools
