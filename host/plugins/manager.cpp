#include <algorithm>
#include <functional>
#include <future>
#include <map>
#include <optional>
#include <set>
#include <thread>

#include "host/plugins/code_ranges.h"
#include "host/plugins/data_places.h"
#include "host/plugins/guard.h"
#include "host/plugins/loaded.h"

namespace swapmeet {
namespace {

constexpr std::chrono::seconds kStopPatience{3};

// Plugins of these kinds work together, and the host makes one of them to everybody else.
bool may_be_several(Kind kind, Kind other) {
  return kind == other && (kind == Kind::search || kind == Kind::auth || kind == Kind::attributes);
}

}  // namespace

Manager::Manager(Services services, std::vector<std::filesystem::path> folders)
    : services_(std::move(services)), folders_(std::move(folders)) {}

Manager::~Manager() {
  stop();
  lookout_.reset();
  if (!left_behind()) return;
  keep_for_ever(std::move(plugins_));
  keep_for_ever(std::move(left_));
}

// One that hangs still runs, and may still call those that it required: nothing of them may go.
void Manager::keep_for_ever(std::vector<std::shared_ptr<Loaded>> plugins) {
  static auto& kept = *new std::vector<std::vector<std::shared_ptr<Loaded>>>;
  kept.push_back(std::move(plugins));
}

bool Manager::left_behind() const {
  const std::lock_guard lock(state_mutex_);
  return !left_.empty() ||
         std::any_of(plugins_.begin(), plugins_.end(), [](const auto& one) { return one->hangs; });
}

void Manager::set_state(Loaded& loaded, const char* state) {
  const std::lock_guard lock(state_mutex_);
  loaded.state = state;
}

Error Manager::failed(Loaded& loaded, const std::string& doing, const Error& error) {
  set_state(loaded, "failed");
  return {error.code,
          std::string(loaded.info().id) + " (" + loaded.choice.where + "): " + doing + ": " +
              error.message,
          {}};
}

Result<void> Manager::load(const std::vector<PluginChoice>& choices) {
  std::optional<Error> problems;
  for (const auto& choice : choices) {
    auto loaded = load_one(choice, services_);
    if (loaded)
      plugins_.push_back(std::move(*loaded));
    else if (!problems)
      problems = loaded.error();
    else
      problems->message += '\n' + loaded.error().message;
  }
  if (problems) return *problems;
  return sort_by_requirements();
}

Result<std::unique_ptr<Manager::Loaded>> Manager::load_one(const PluginChoice& choice,
                                                           const Services& services) {
  const auto at = [&](const Error& error) {
    return Error{error.code, choice.where + " plugin: " + error.message, {}};
  };
  const bool own_file = choice.name.find('/') != std::string::npos;
  auto file = find_library(choice.kind, choice.name, folders_);
  if (!file) return at(file.error());
  auto library = open_library(*file);
  if (!library) return at(library.error());
  const auto info = info_of(*library->descriptor);
  if (info.kind != choice.kind)
    return at({ErrorCode::invalid_argument,
               file->string() + ": is a " + std::string(name_of(info.kind)) + " plugin, here a " +
                   std::string(name_of(choice.kind)) + " plugin is wanted",
               {}});
  const auto wanted = std::string(name_of(choice.kind)) + '.' + choice.name;
  if (!own_file && info.id != wanted)
    return at({ErrorCode::invalid_argument,
               file->string() + ": calls itself '" + info.id + "' instead of '" + wanted +
                   "'; name the file after its id, or give the file's path",
               {}});
  auto settings = Settings::check(choice.where, choice.raw, info.keys.rows(), choice.base_folder);
  if (!settings) return std::move(settings).error();

  note_code(info.id, library->descriptor);
  auto loaded = std::make_unique<Loaded>();
  loaded->library = *library;
  loaded->choice = choice;
  loaded->in_force = *settings;
  loaded->host =
      std::make_unique<PluginHost>(services, info.id, std::move(*settings),
                                   [this](std::string_view id) { return find_interface(id); });
  loaded->host->use_data_folder(place_of_data(services.data, info.id));
  auto created = step(loaded->gate(), "create()", [&]() -> Result<Plugin*> {
    Plugin* plugin = library->descriptor->create();
    if (!plugin) return Error{ErrorCode::internal, "it made no object", {}};
    return plugin;
  });
  if (!created) return failed(*loaded, "creating it", created.error());
  loaded->plugin =
      std::unique_ptr<Plugin, DestroyPlugin>(*created, DestroyPlugin{library->descriptor});
  return loaded;
}

std::shared_ptr<Manager::Loaded> Manager::provider_of(std::string_view interface_id) {
  for (const auto& loaded : all())
    if (loaded->provides(interface_id)) return loaded;
  return nullptr;
}

// Depth-first; also refuses what cannot be put in order.
Result<void> Manager::sort_by_requirements() {
  const auto wrong = [](const std::string& message) {
    return Error{ErrorCode::invalid_argument, message, {}};
  };
  std::map<std::string, const Loaded*> providers;
  for (const auto& loaded : plugins_)
    for (const char* id : loaded->info().provides)
      if (const auto [other, fresh] = providers.emplace(id, loaded.get());
          !fresh && !may_be_several(loaded->info().kind, other->second->info().kind))
        return wrong(std::string(other->second->info().id) + " and " + loaded->info().id +
                     " both provide " + id + "; choose one of them");

  std::vector<Loaded*> order;
  std::vector<const Loaded*> path;
  std::function<Result<void>(Loaded&)> visit = [&](Loaded& loaded) -> Result<void> {
    if (std::find(order.begin(), order.end(), &loaded) != order.end()) return {};
    if (std::find(path.begin(), path.end(), &loaded) != path.end()) {
      std::string circle;
      for (const auto* one : path) circle += std::string(one->info().id) + " → ";
      return wrong("plugins require each other in a circle: " + circle + loaded.info().id);
    }
    path.push_back(&loaded);
    for (const char* id : loaded.info().requires_interfaces) {
      const auto provider = provider_of(id);
      if (!provider)
        return wrong(loaded.choice.where + ": " + loaded.info().id + " requires " + id +
                     ", which no plugin of this configuration provides; add one that does");
      if (auto visited = visit(*provider); !visited) return visited;
    }
    path.pop_back();
    order.push_back(&loaded);
    return {};
  };
  for (const auto& loaded : plugins_)
    if (auto visited = visit(*loaded); !visited) return visited;
  std::sort(plugins_.begin(), plugins_.end(), [&](const auto& a, const auto& b) {
    return std::find(order.begin(), order.end(), a.get()) <
           std::find(order.begin(), order.end(), b.get());
  });
  return {};
}

Result<void> Manager::configure() {
  lookout_ = std::make_unique<Lookout>(services_.clock, [this] { look_out(); });
  for (auto& loaded : plugins_) {
    loaded->to_stop = true;
    auto checked = step(loaded->gate(), "check()",
                        [&] { return loaded->plugin->check(loaded->host->settings()); });
    if (!checked) return failed(*loaded, "checking its settings", checked.error());
    auto configured = step(loaded->gate(), "configure()",
                           [&] { return loaded->plugin->configure(*loaded->host); });
    if (!configured) return failed(*loaded, "configuring it", configured.error());
    set_state(*loaded, "configured");
  }
  return {};
}

Result<void> Manager::start() {
  for (auto& loaded : plugins_) {
    std::error_code error;
    const auto folder = loaded->host->data_folder();
    if (std::filesystem::create_directories(folder, error))
      std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
    auto started = step(loaded->gate(), "start()", [&] { return loaded->plugin->start(); });
    if (started) started = take_interfaces(*loaded);
    if (!started) {
      auto failure = failed(*loaded, "starting it", started.error());
      stop();
      return failure;
    }
    set_state(*loaded, "started");
    services_.log("plugins", LogLevel::info, "started",
                  {{"plugin", loaded->info().id}, {"file", loaded->library.file.string()}});
  }
  return {};
}

// Once, so that nobody has to call a plugin to find one.
Result<void> Manager::take_interfaces(Loaded& loaded) {
  for (const char* id : loaded.info().provides) {
    auto found = step(loaded.gate(), "interface()",
                      [&]() -> Result<void*> { return loaded.plugin->interface(id); });
    if (!found) return std::move(found).error();
    if (*found == nullptr) {
      const auto why =
          std::string("it says that it provides ") + id + ", and has no such interface";
      loaded.gate().count_fault("interface()", why);
      return internal_error(why);
    }
    loaded.interfaces[id] = *found;
  }
  return {};
}

void Manager::look_out() {
  const std::lock_guard lock(state_mutex_);
  for (const auto& loaded : plugins_)
    for (const auto& call : loaded->gate().take_overdue())
      services_.log(loaded->info().id, LogLevel::warning, "has not returned",
                    {{"from", call.doing}, {"ms", std::to_string(call.since.count())}});
}

void Manager::stop() {
  const auto plugins = all();
  std::for_each(plugins.rbegin(), plugins.rend(), [this](const auto& loaded) {
    if (std::exchange(loaded->to_stop, false)) stop_one(*loaded);
  });
}

void Manager::stop_one(Loaded& loaded) {
  const bool had_failed = loaded.state == "failed";
  if (!had_failed) set_state(loaded, "stopping");  // no longer found
  auto done = std::make_shared<std::promise<Result<void>>>();
  auto result = done->get_future();
  std::thread stopping([&loaded, done] {
    auto stopped = step(loaded.gate(), "stop()", [&]() -> Result<void> {
      loaded.plugin->stop();
      return {};
    });
    loaded.host->sweep();  // waits for running callbacks, so that it counts as stopping
    done->set_value(std::move(stopped));
  });
  if (result.wait_for(kStopPatience) != std::future_status::ready) {
    stopping.detach();
    loaded.hangs = true;
    set_state(loaded, "failed");
    services_.log("plugins", LogLevel::error, "does not stop and is left behind",
                  {{"plugin", loaded.info().id}});
    return;
  }
  stopping.join();
  if (auto stopped = result.get(); !stopped)
    static_cast<void>(failed(loaded, "stopping it", stopped.error()));
  else if (!had_failed)
    set_state(loaded, "stopped");
}

// Nothing is applied before everything is checked.
Reload Manager::reconfigure_one(Loaded& loaded, const PluginChoice& choice) {
  const auto refused = [&](const std::string& why) {
    return Reload{
        .changed = {}, .refused = {why + "; the section stays as it was"}, .at_restart = {}};
  };
  const auto specs = loaded.info().keys.rows();
  auto settings = Settings::check(choice.where, choice.raw, specs, choice.base_folder);
  if (!settings) return refused(settings.error().message);
  const auto why_not = [&](const Error& error) {
    return refused(choice.where + ' ' + error.message);
  };
  auto checked = step(loaded.gate(), "check()", [&] { return loaded.plugin->check(*settings); });
  if (!checked) return why_not(checked.error());
  Reload reload;
  add_differing(reload, choice.where, loaded.in_force, *settings, specs);
  if (!reload.changed.empty()) {
    auto taken =
        step(loaded.gate(), "reconfigure()", [&] { return loaded.plugin->reconfigure(*settings); });
    if (!taken) return why_not(taken.error());
    loaded.in_force.take_at_once(*settings, specs);
  }
  return reload;
}

Reload Manager::reconfigure(const std::vector<PluginChoice>& choices) {
  Reload reload;
  const auto plugins = all();
  for (const auto& loaded : plugins) {
    const auto choice = std::find_if(choices.begin(), choices.end(), [&](const PluginChoice& one) {
      return one.section == loaded->choice.section && one.name == loaded->choice.name;
    });
    if (choice == choices.end())
      reload.at_restart.push_back(loaded->choice.where + " plugin");
    else
      reload.add(reconfigure_one(*loaded, *choice));
  }
  for (const auto& choice : choices)
    if (std::none_of(plugins.begin(), plugins.end(),
                     [&](const auto& loaded) { return loaded->choice.section == choice.section; }))
      reload.at_restart.push_back(choice.where + " plugin");
  return reload;
}

void* Manager::find_interface(std::string_view id) {
  if (const auto found = provided_.find(id); found != provided_.end()) return found->second;
  const auto provider = provider_of(id);
  return provider ? interface_of_started(*provider, id) : nullptr;
}

std::vector<Provider> Manager::providers(std::string_view interface_id) {
  std::vector<Provider> found;
  for (const auto& loaded : all())
    if (loaded->provides(interface_id))
      if (void* interface = interface_of_started(*loaded, interface_id))
        found.push_back({loaded->info().id, interface, &loaded->host->gate()});
  return found;
}

void* Manager::interface_of_started(Loaded& loaded, std::string_view id) {
  const std::lock_guard lock(state_mutex_);
  if (loaded.state != "started") return nullptr;
  const auto found = loaded.interfaces.find(id);
  return found == loaded.interfaces.end() ? nullptr : found->second;
}

Gate* Manager::gate_of(std::string_view interface_id) {
  if (provided_.find(interface_id) != provided_.end()) return nullptr;
  const auto all = providers(interface_id);
  return all.size() == 1 ? all.front().gate : nullptr;
}

std::string Manager::owner_of(std::string_view interface_id) {
  std::string ids;
  for (const auto& provider : providers(interface_id))
    (ids += ids.empty() ? "" : ", ") += provider.id;
  return ids;
}

std::vector<PluginStatus> Manager::status() const {
  std::vector<PluginStatus> all;
  const std::lock_guard lock(state_mutex_);
  for (const auto& loaded : plugins_) {
    const auto health = loaded->gate().health();
    const bool is_faulty = loaded->state == "started" && health.is_faulty;
    all.push_back({.id = loaded->info().id,
                   .kind = loaded->info().kind,
                   .version = loaded->info().version,
                   .file = loaded->library.file.string(),
                   .state = is_faulty ? "faulty" : loaded->state,
                   .reason = health.reason,
                   .faults = health.faults,
                   .calls = health.calls,
                   .overdue = health.overdue});
  }
  return all;
}

}  // namespace swapmeet
