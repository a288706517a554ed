// Plugins that are started beside those of the host: to take the place of one, or to be tried.
#include <algorithm>
#include <future>
#include <thread>
#include <utility>

#include "host/plugins/data_places.h"
#include "host/plugins/loaded.h"

namespace swapmeet {
namespace {

Error of_choice(const PluginChoice& choice, const std::string& id, const Error& error) {
  return {error.code, id + " (" + choice.where + "): " + error.message, {}};
}

}  // namespace

std::vector<std::shared_ptr<Manager::Loaded>> Manager::all() const {
  const std::lock_guard lock(state_mutex_);
  return plugins_;
}

// Of one id there are only two when both objects can bear it.
Result<void> Manager::check_beside(const Loaded& candidate) {
  const auto info = candidate.info();
  for (const char* needed : info.requires_interfaces)
    if (!find_interface(needed))
      return of_choice(candidate.choice, info.id,
                       invalid_argument(std::string("it requires ") + needed +
                                        ", which no plugin of this host provides"));
  for (const auto& other : all())
    if (std::string_view(other->info().id) == info.id &&
        !(info.may_run_twice && other->info().may_run_twice))
      return of_choice(candidate.choice, info.id,
                       unsupported("it cannot run twice at a time (PluginInfo::may_run_twice), so "
                                   "that a new one needs a restart of the host"));
  return {};
}

Result<Manager::Candidate> Manager::start_beside(const PluginChoice& choice,
                                                 std::chrono::milliseconds patience,
                                                 Purpose purpose) {
  const auto routes = std::make_shared<HeldRoutes>();
  const auto metrics = std::make_shared<Metrics>();
  auto services = purpose == Purpose::is_tried ? services_with(*metrics) : services_;
  services.routes_of = [routes, real = services_.routes_of](const std::string& owner) {
    if (real) routes->lead_to(real(owner));
    return std::make_unique<HeldRoutes>(*routes);
  };
  auto loaded = load_one(choice, services);
  if (!loaded) return std::move(loaded).error();
  Candidate candidate = std::move(*loaded);
  candidate->held_routes = routes;
  candidate->own_metrics = metrics;
  if (auto checked = check_beside(*candidate); !checked) return std::move(checked).error();
  const auto others = all();
  const std::string id = candidate->info().id;
  if (std::any_of(others.begin(), others.end(),
                  [&](const auto& other) { return other->info().id == id; }))
    candidate->host->use_data_folder(fresh_place_of_data(services_.data, id));
  auto started = start_in_time(candidate, patience);
  if (!started) {
    retire(candidate, true);
    return of_choice(choice, id, started.error());
  }
  return candidate;
}

Services Manager::services_with(Metrics& metrics) const {
  return {.clock = services_.clock,
          .log = services_.log,
          .data = services_.data,
          .name = services_.name,
          .peer = services_.peer,
          .version = services_.version,
          .routes_of = services_.routes_of,
          .listen = services_.listen,
          .follow = services_.follow,
          .events = services_.events,
          .metrics = metrics};
}

// On a thread of its own, for one that hangs is left behind.
Result<void> Manager::start_in_time(const Candidate& candidate,
                                    std::chrono::milliseconds patience) {
  auto done = std::make_shared<std::promise<Result<void>>>();
  auto result = done->get_future();
  candidate->to_stop = true;
  std::thread starting([candidate, done] {
    done->set_value(step(candidate->gate(), "start()", [&]() -> Result<void> {
      auto& plugin = *candidate->plugin;
      if (auto checked = plugin.check(candidate->host->settings()); !checked) return checked;
      if (auto configured = plugin.configure(*candidate->host); !configured) return configured;
      const auto folder = candidate->host->data_folder();
      if (std::filesystem::create_directories(folder))
        std::filesystem::permissions(folder, std::filesystem::perms::owner_all);
      return plugin.start();
    }));
  });
  if (result.wait_for(patience) != std::future_status::ready) {
    starting.detach();
    candidate->hangs = true;
    return Error{ErrorCode::timed_out, "it has not started in time, and is left behind", {}};
  }
  starting.join();
  auto started = result.get();
  if (started) started = take_interfaces(*candidate);
  if (started) set_state(*candidate, "started");
  return started;
}

Provider Manager::provider(const Candidate& plugin, std::string_view interface_id) {
  const bool provides = plugin->provides(interface_id);
  return {plugin->info().id, provides ? interface_of_started(*plugin, interface_id) : nullptr,
          &plugin->host->gate()};
}

std::string Manager::id_of(const Candidate& plugin) { return plugin->info().id; }
std::string Manager::version_of(const Candidate& plugin) { return plugin->info().version; }

std::vector<Manager::Candidate> Manager::in_place(Kind kind) const {
  std::vector<Candidate> found;
  for (const auto& loaded : all())
    if (loaded->choice.kind == kind) found.push_back(loaded);
  return found;
}

bool Manager::is_chosen(const Candidate& plugin, const PluginChoice& choice) {
  return plugin->choice.kind == choice.kind && plugin->choice.name == choice.name;
}

bool Manager::differs(const Candidate& plugin, const PluginChoice& choice) {
  if (!is_chosen(plugin, choice)) return true;
  const auto specs = plugin->info().keys.rows();
  const auto settings = Settings::check(choice.where, choice.raw, specs, choice.base_folder);
  if (!settings) return false;  // refused elsewhere, with the reason
  Reload reload;
  add_differing(reload, choice.where, plugin->in_force, *settings, specs);
  return !reload.at_restart.empty();
}

Result<void> Manager::adopt(const Candidate& candidate, const Candidate& old) {
  const std::string id = candidate->info().id;
  const auto folder = candidate->host->data_folder();
  if (folder != place_of_data(services_.data, id))
    if (auto taken = take_place_of_data(services_.data, id, folder); !taken) return taken;
  const std::lock_guard lock(state_mutex_);
  if (std::find(plugins_.begin(), plugins_.end(), candidate) != plugins_.end()) return {};
  const auto place = std::find(plugins_.begin(), plugins_.end(), old);
  if (place == plugins_.end())
    plugins_.push_back(candidate);
  else
    *place = candidate;
  return {};
}

void Manager::withdraw(const Candidate& old) {
  const std::lock_guard lock(state_mutex_);
  std::erase(plugins_, old);
}

Result<std::vector<Manager::Candidate>> Manager::replace(Kind kind,
                                                         const std::vector<PluginChoice>& choices,
                                                         std::chrono::milliseconds patience) {
  std::vector<std::pair<Candidate, Candidate>> pairs;  // old and new
  const auto give_up = [&](const Error& error) {
    for (auto& [old, fresh] : pairs) retire(std::move(fresh), true);
    return error;
  };
  for (const auto& old : in_place(kind)) {
    const auto choice = std::find_if(choices.begin(), choices.end(),
                                     [&](const auto& one) { return is_chosen(old, one); });
    if (choice == choices.end()) continue;  // that needs a restart
    if (!old->info().provides.empty())
      return give_up(unsupported(id_of(old) + ": others have its interfaces in hand, so that a "
                                              "new one needs a restart of the host"));
    auto fresh = start_beside(*choice, patience);
    if (!fresh) return give_up(fresh.error());
    pairs.emplace_back(old, std::move(*fresh));
  }
  for (const auto& [old, fresh] : pairs)
    if (auto adopted = adopt(fresh, old); !adopted) {
      for (const auto& [before, after] : pairs) static_cast<void>(adopt(before, after));
      return give_up(adopted.error());
    }
  std::vector<Candidate> replaced;
  for (auto& [old, fresh] : pairs) {
    retire(std::move(old), true);  // its routes and tasks end with it, after their last call
    open_routes(fresh);
    replaced.push_back(std::move(fresh));
  }
  return replaced;
}

void Manager::open_routes(const Candidate& plugin) {
  if (!plugin->held_routes) return;
  if (auto opened = plugin->held_routes->open(); !opened)
    services_.log("plugins", LogLevel::error, "a route is not there",
                  {{"plugin", plugin->info().id}, {"why", opened.error().message}});
}

bool Manager::retire(Candidate plugin, bool is_left) {
  const std::string id = plugin->info().id;
  const auto folder = plugin->host->data_folder();
  if (!plugin->hangs && std::exchange(plugin->to_stop, false)) stop_one(*plugin);
  if (plugin->hangs || !is_left) {
    services_.log("plugins", LogLevel::error, "is still in use and is left behind",
                  {{"plugin", id}});
    const std::lock_guard lock(state_mutex_);
    plugin->hangs = true;
    left_.push_back(std::move(plugin));
    return false;
  }
  plugin.reset();
  // What was made for it alone; a folder that another took over, or may come back to, stays.
  const auto others = all();
  const bool is_own = folder != place_of_data(services_.data, id) &&
                      std::none_of(others.begin(), others.end(), [&](const auto& other) {
                        return other->host->data_folder() == folder;
                      });
  std::error_code ignored;
  if (is_own) std::filesystem::remove_all(folder, ignored);
  return true;
}

}  // namespace swapmeet
