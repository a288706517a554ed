#include "host/app/replacements.h"

#include <chrono>
#include <utility>

#include "host/app/log.h"

namespace swapmeet {
namespace {

constexpr std::chrono::seconds kExtensionStart{60};

}  // namespace

Result<wire::PluginsReloaded> Replacements::replace(const std::string& kind) {
  const bool is_extension = kind == name_of(Kind::extension);
  if (kind != name_of(Kind::search) && kind != "shadow" && !is_extension)
    return unsupported("only 'search', its 'shadow', and 'extension' can be replaced while the " +
                       ("host runs; '" + kind) + "' needs a restart");
  if (!parts_.searches && !is_extension) return unsupported("this host has no search");
  auto config = parts_.read_again();
  if (!config) return std::move(config).error();
  if (is_extension) return replace_extensions(*config);
  if (kind == "shadow") {
    if (auto begun = parts_.searches->try_beside(config->shadow); !begun)
      return std::move(begun).error();
    const auto trial = parts_.searches->trial();
    if (!trial) return wire::PluginsReloaded{kind, {}};
    return wire::PluginsReloaded{kind, {{trial->id, trial->version, ""}}};
  }
  auto replaced = parts_.searches->replace(config->plugins, Searches::Which::all);
  if (!replaced) {
    write_log("search", LogLevel::warning, "not replaced", {{"why", replaced.error().message}});
    return std::move(replaced).error();
  }
  wire::PluginsReloaded reloaded{kind, {}};
  for (auto& one : *replaced)
    reloaded.plugins.push_back(
        {std::move(one.id), std::move(one.version), std::move(one.replaced)});
  return reloaded;
}

Result<wire::PluginsReloaded> Replacements::replace_extensions(const Config& config) {
  const std::unique_lock lock(extensions_mutex_, std::try_to_lock);
  if (!lock) return conflict("the extensions are being replaced already");
  auto replaced = parts_.plugins.replace(Kind::extension, config.plugins, kExtensionStart);
  if (!replaced) return std::move(replaced).error();
  if (replaced->empty()) return unsupported("this host has no extension that could be replaced");
  wire::PluginsReloaded reloaded{std::string(name_of(Kind::extension)), {}};
  for (const auto& one : *replaced)
    reloaded.plugins.push_back(
        {Manager::id_of(one), Manager::version_of(one), Manager::id_of(one)});
  return reloaded;
}

Result<wire::ShadowReport> Replacements::shadow() {
  if (!parts_.searches) return unsupported("this host has no search");
  auto trial = parts_.searches->trial();
  if (!trial) return std::move(trial).error();
  auto& found = trial->findings;
  const auto latency = [](const ShadowLatency& one) { return wire::Latency{one.p50, one.p95}; };
  wire::ShadowReport report{.id = trial->id,
                            .version = trial->version,
                            .share = trial->share,
                            .has_caught_up = found.has_caught_up,
                            .compared = found.compared,
                            .same = found.same,
                            .reordered = found.reordered,
                            .failed = found.failed,
                            .dropped = found.dropped,
                            .overlap = found.overlap,
                            .answered = latency(found.answered),
                            .shadow = latency(found.shadow),
                            .failure = found.failure,
                            .differences = {}};
  for (auto& one : found.differences)
    report.differences.push_back({one.time, std::move(one.query), std::move(one.answered),
                                  std::move(one.shadow), one.overlap});
  return report;
}

void Replacements::replace_searches(const Config& config, const std::string& section,
                                    std::vector<std::string> keys) {
  if (is_replacing_.exchange(true))
    return parts_.last_reload.searches_refused(
        section, conflict("they are being replaced already; try again when that has ended"));
  if (replacing_.joinable()) replacing_.join();
  replacing_ = std::thread([this, config, section, keys = std::move(keys)] {
    const auto replaced = parts_.searches->replace(config.plugins, Searches::Which::different);
    if (replaced)
      parts_.last_reload.searches_replaced(keys);
    else
      parts_.last_reload.searches_refused(section, replaced.error());
    is_replacing_ = false;
  });
}

void Replacements::try_beside(const PluginChoice& shadow) {
  trying_ = std::thread([this, shadow] { (void)parts_.searches->try_beside(shadow); });
}

void Replacements::stop() {
  if (replacing_.joinable()) replacing_.join();
  if (trying_.joinable()) trying_.join();
}

}  // namespace swapmeet
