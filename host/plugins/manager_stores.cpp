// What plugins keep on disk: looked through, and copied.
#include <algorithm>

#include "host/plugins/guard.h"
#include "host/plugins/loaded.h"

namespace swapmeet {
namespace {

// search follows registry, which follows transfer.
int place_in_feeds(Kind kind) {
  constexpr Kind kOrder[] = {Kind::search, Kind::registry, Kind::transfer, Kind::auth,
                             Kind::extension};
  return static_cast<int>(std::find(std::begin(kOrder), std::end(kOrder), kind) - kOrder);
}

constexpr std::chrono::hours kBackUp{1};  // and then it is overdue

Error of_plugin(const std::string& id, const Error& error) {
  return {error.code, id + ": " + error.message, {}};
}

}  // namespace

Stores* Manager::stores_of(Loaded& loaded) {
  const auto found = loaded.gate().call("interface()", [&]() -> Result<void*> {
    return loaded.plugin->interface(Stores::kInterface);
  });
  return static_cast<Stores*>(found.value_or(nullptr));
}

std::vector<std::pair<std::string, Result<StoreReport>>> Manager::verify_stores(
    const std::function<bool(const std::string&)>& wanted) {
  std::vector<std::pair<std::string, Result<StoreReport>>> reports;
  for (const auto& loaded : plugins_) {
    const std::string id = loaded->info().id;
    if (wanted && !wanted(id)) continue;
    reports.emplace_back(id, guarded([&]() -> Result<StoreReport> {
                           auto* stores = stores_of(*loaded);
                           if (stores) return stores->verify();
                           StoreReport report;
                           report.notes.emplace_back("keeps nothing that it could look through");
                           return report;
                         }));
  }
  return reports;
}

std::vector<std::pair<std::string, std::vector<KeptFile>>> Manager::kept_files() {
  std::vector<std::shared_ptr<Loaded>> plugins;
  {
    const std::lock_guard lock(state_mutex_);
    for (const auto& loaded : plugins_)  // one that hangs in its start is not asked
      if (loaded->state == "configured" || loaded->state == "started") plugins.push_back(loaded);
  }
  std::vector<std::pair<std::string, std::vector<KeptFile>>> all;
  for (const auto& loaded : plugins) {
    auto files = guarded([&]() -> Result<std::vector<KeptFile>> {
      auto* stores = stores_of(*loaded);
      return stores ? stores->kept() : std::vector<KeptFile>{};
    });
    if (files) all.emplace_back(loaded->info().id, std::move(*files));
  }
  return all;
}

Result<std::vector<std::string>> Manager::back_up_stores(const std::filesystem::path& folder) {
  std::vector<std::shared_ptr<Loaded>> order;
  {
    const std::lock_guard lock(state_mutex_);
    for (const auto& loaded : plugins_)
      if (loaded->state == "started") order.push_back(loaded);
  }
  std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return place_in_feeds(a->info().kind) < place_in_feeds(b->info().kind);
  });
  std::vector<std::string> ids;
  for (const auto& loaded : order) {
    const std::string id = loaded->info().id;
    auto* stores = stores_of(*loaded);
    if (!stores) continue;
    auto copied = loaded->gate().call(
        "back_up()",
        [&]() -> Result<void> {
          std::filesystem::create_directory(folder / id);
          std::filesystem::permissions(folder / id, std::filesystem::perms::owner_all);
          ids.push_back(id);
          return stores->back_up(folder / id);
        },
        kBackUp);
    if (!copied) return of_plugin(id, copied.error());
  }
  return ids;
}

}  // namespace swapmeet
