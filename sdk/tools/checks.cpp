#include "checks.h"

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <sstream>

#include "bench.h"
#include "calls.h"
#include "exports.h"
#include "swapmeet/loading.h"

namespace swapmeet::tools {
namespace {

namespace fs = std::filesystem;

Outcome ok(std::string sentence) { return {Verdict::ok, std::move(sentence)}; }
Outcome failed(std::string sentence, std::string advice = {}) {
  return {Verdict::failed, std::move(sentence), std::move(advice)};
}
Outcome skipped(std::string sentence) { return {Verdict::skipped, std::move(sentence)}; }

Outcome check_file(const Subject& subject) {
  if (auto checked = check_plugin_file(subject.file); !checked)
    return failed(checked.error().message);
  return ok("only you and root can change it");
}

Outcome check_exports(const Subject& subject) {
  auto names = exported_symbols(subject.file);
  if (!names) return failed(names.error().message);
  if (std::find(names->begin(), names->end(), "swapmeet_plugin") == names->end())
    return failed("does not export swapmeet_plugin", "use SWAPMEET_PLUGIN, once, at global scope");
  std::erase(*names, "swapmeet_plugin");
  if (!names->empty())
    return failed("exports " + std::to_string(names->size()) + " other symbols, such as " +
                      names->front() + ", which may clash with another plugin's",
                  "build it with swapmeet_add_plugin()");
  return ok("swapmeet_plugin and nothing else");
}

Outcome check_loads(const Subject& subject) {
  doing("the file's own initializers");
  auto opened = testing::open_plugin(subject.file);
  if (!opened) return failed(opened.error().message);
  const auto& plugin = **opened;
  return ok(std::string(info_of(plugin).id) + ' ' + info_of(plugin).version + ", ABI " +
            std::to_string(plugin.abi_major) + '.' + std::to_string(plugin.abi_minor) + ", " +
            plugin.toolchain);
}

Outcome check_keys(const Subject& subject) {
  auto opened = testing::open_plugin(subject.file);
  if (!opened) return failed(opened.error().message);
  const auto info = info_of(**opened);
  std::set<std::string> names;
  for (const auto& key : info.keys.rows()) {
    if (auto problem = problem_of(key); !problem.empty())
      return failed(problem, "see KeySpec in swapmeet/settings.h");
    if (!names.insert(key.name).second) return failed(std::string(key.name) + ": is there twice");
  }
  if (names.empty()) return ok("it has none");
  return ok(std::to_string(names.size()) + ", each with help, their defaults within their bounds");
}

Outcome check_creates(const Subject& subject) {
  auto opened = testing::open_plugin(subject.file);
  if (!opened) return failed(opened.error().message);
  for (int round = 0; round < 2; ++round) {
    auto* plugin = called("create()", [&] { return (*opened)->create(); });
    if (!plugin) return failed("create() made no object");
    called("destroy()", [&] { (*opened)->destroy(plugin); });
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
  bench.configure(*plugin);
  for (const auto& entry : fs::directory_iterator(bench.host().data_folder()))
    return failed("configure() wrote " + entry.path().filename().string() + " to the data folder",
                  "do that in start(): `swapmeet check` configures plugins that are never started");
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
  const auto running = bench.started();
  bench.stop(running->plugin());
  running->stop();
  return ok("the second stop does nothing");
}

Outcome check_stops_unstarted(const Subject& subject) {
  Bench bench(subject);
  auto plugin = bench.create();
  bench.configure(*plugin);
  Running running(bench, std::move(plugin));
  running.stop();
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
  const auto running = bench.started();
  const auto has = [&](const char* id) {
    return called("interface()", [&] { return running->plugin().interface(id); }) != nullptr;
  };
  std::string names;
  for (const char* id : bench.info().provides) {
    if (!has(id))
      return failed(std::string("says that it provides ") + id + ", but interface() has none",
                    "interface_of<Interface…>(this, id) implements interface()");
    (names += names.empty() ? "" : ", ") += id;
  }
  for (const char* id : {"", "swapmeet.nothing/1", "swapmeet"})
    if (has(id))
      return failed("interface(\"" + std::string(id) +
                        "\") answers, though there is no such interface: a caller would take it "
                        "for something else",
                    "interface_of<Interface…>(this, id) implements interface()");
  running->stop();
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
    return failed(
        std::to_string(entries_of("/proc/self/task") - threads) + " threads run on after stop()",
        "join them there; a thread that is detached outlives what it uses");
  const auto files = entries_of("/proc/self/fd");
  for (int round = 0; round < 3; ++round) bench.run_once();
  if (const auto now = entries_of("/proc/self/fd"); now > files)
    return failed(std::to_string(now - files) + " more open files after three starts and stops",
                  "close in stop() what start() opened");
  return ok("no thread and no open file stays behind");
}

struct Check {
  const char* name;
  Outcome (*run)(const Subject&);
  const char* gate;  // what cannot be tried when this did not pass; nullptr: it stops nothing
  // Only for plugins that provide one of these interfaces, separated by blanks; nullptr: for all.
  const char* interfaces = nullptr;
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
    {"callbacks", check_routes, nullptr},
    {"follows", check_follows, nullptr, "swapmeet.search"},
    {"searches", check_searches, nullptr, "swapmeet.search"},
    {"bears nonsense", check_nonsense, nullptr, "swapmeet.search"},
    {"keeps deadlines", check_deadline, nullptr, "swapmeet.search"},
    {"knows peers", check_registers, nullptr, "swapmeet.registry"},
    {"bears log-ins", check_log_ins, nullptr, "swapmeet.authenticator"},
    {"transfers", check_transfers, nullptr,
     "swapmeet.shares swapmeet.downloads swapmeet.uploads swapmeet.inbox"},
};

// The interfaces that it says it provides; none when it cannot be loaded.
std::string provided(const Subject& subject,
                     const std::function<Outcome(const std::function<Outcome()>&)>& run) {
  return run([&]() -> Outcome {
           auto opened = testing::open_plugin(subject.file);
           std::string ids;
           if (opened)
             for (const char* id : info_of(**opened).provides) (ids += ' ') += id;
           return ok(std::move(ids));
         })
      .sentence;
}

bool is_for(const Check& check, const std::string& provides) {
  if (!check.interfaces) return true;
  std::istringstream names(check.interfaces);
  for (std::string name; names >> name;)
    if (provides.find(' ' + name + '/') != std::string::npos) return true;
  return false;
}

// "stops twice" may be written "stops-twice".
bool is_named(const Check& check, const std::string& name) {
  std::string written = name;
  std::replace(written.begin(), written.end(), '-', ' ');
  return written == check.name;
}

}  // namespace

std::vector<std::string> check_names() {
  std::vector<std::string> names;
  for (const auto& check : kChecks) names.emplace_back(check.name);
  return names;
}

Result<void> CheckOptions::check() const {
  for (const auto& name : only)
    if (std::none_of(std::begin(kChecks), std::end(kChecks),
                     [&](const Check& check) { return is_named(check, name); }))
      return invalid_argument("there is no check '" + name + "'; --list shows them");
  return {};
}

std::vector<Checked> check_plugin(const fs::path& file, const CheckOptions& options, Clock& clock) {
  const Subject subject{file, options.settings, clock, options.seed, options.in_process};
  const auto run = [&](const std::function<Outcome()>& check) {
    return options.in_process ? in_this_process(check) : in_child(check, clock, options.patience);
  };
  const auto provides = provided(subject, run);
  std::vector<Checked> all;
  std::string closed;
  for (const auto& check : kChecks) {
    const bool wanted = options.only.empty() ||
                        std::any_of(options.only.begin(), options.only.end(),
                                    [&](const auto& name) { return is_named(check, name); });
    if (!wanted || !is_for(check, provides)) continue;
    auto outcome = closed.empty() ? run([&] { return check.run(subject); }) : skipped(closed);
    if (check.gate && closed.empty() && outcome.verdict != Verdict::ok) closed = check.gate;
    all.push_back({check.name, std::move(outcome)});
  }
  return all;
}

}  // namespace swapmeet::tools
