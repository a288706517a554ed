#include "host/app/host_metrics.h"

#include <functional>
#include <map>
#include <utility>

#include "host/app/process_facts.h"
#include "host/app/tls_keys.h"
#include "host/auth/auth_group.h"
#include "swapmeet/abi.h"
#include "swapmeet/downloads.h"
#include "swapmeet/registry.h"
#include "swapmeet/shares.h"
#include "swapmeet/uploads.h"

namespace swapmeet {
namespace {

using Sample = Metrics::Sample;
using Samples = std::vector<Sample>;

Samples by(const char* label, std::initializer_list<std::pair<const char*, double>> values) {
  Samples samples;
  for (const auto& [name, value] : values) samples.push_back({{{label, name}}, value});
  return samples;
}

Samples one(double value) { return {{{}, value}}; }

double seconds_of(Time time) {
  return std::chrono::duration<double>(time.time_since_epoch()).count();
}

// What is counted of each event: the topic, the counter and its help.
struct Counted {
  const char* topic;
  const char* name;
  const char* help;
  const char* field = nullptr;  // that is added; nullptr: 1
};
constexpr Counted kCounted[] = {
    {"peer.joined", "peers_joined_total", "Peers that came."},
    {"peer.left", "peers_left_total", "Peers that said goodbye."},
    {"peer.lapsed", "peers_lapsed_total", "Peers whose lease ran out."},
    {"listing.added", "listings_added_total", "Files that peers announced.", "count"},
    {"listing.removed", "listings_removed_total", "Files that peers took back.", "count"},
    {"match", "watch_matches_total", "Files that a saved search found for somebody."},
    {"account.changed", "account_changes_total", "Accounts made, changed or removed."},
    {"download.began", "downloads_begun_total", "Downloads that began, or began again."},
    {"download.ended", "downloads_ended_total", "Downloads that are done."},
    {"download.failed", "downloads_failed_total", "Downloads that stopped without the whole."},
    {"upload.ended", "uploads_ended_total", "Answers with bytes of files that were sent whole."},
    {"upload.failed", "uploads_failed_total", "Such that their reader went away from."},
    {"offer.came", "offers_total", "Offers of files by other peers."}};

}  // namespace

HostMetrics::HostMetrics(const Parts& parts)
    : parts_(parts), registry_(parts.clock), transfer_(parts.clock) {
  tell_of_machine();
  tell_of_plugins();
  tell_of_log_ins();
  tell_of_registry();
  tell_of_transfers();
  tell_of_downloads();
  tell_of_shares();
  tell_of_events();
}

void HostMetrics::tell(std::string name, std::string help, std::string type, Reading read,
                       SideThread* where) {
  told_.push_back(parts_.metrics.family(
      {std::move(name), std::move(help), std::move(type), std::move(read), where}));
}

void HostMetrics::tell_number(std::string name, std::string help, std::string type,
                              std::function<double()> read) {
  tell(std::move(name), std::move(help), std::move(type),
       [read = std::move(read)] { return one(read()); });
}

void HostMetrics::tell_of_plugins() {
  const auto of_each = [this](const char* name, const char* help, const char* type, auto number) {
    tell(name, help, type, [&plugins = parts_.plugins, number] {
      Samples samples;
      for (const auto& plugin : plugins.status())
        samples.push_back({{{"plugin", plugin.id}}, static_cast<double>(number(plugin))});
      return samples;
    });
  };
  of_each("plugin_faults_total", "What a plugin threw, answered wrongly or failed at by a defect.",
          "counter", [](const PluginStatus& plugin) { return plugin.faults; });
  of_each("plugin_faulty", "1 when a plugin has failed lately or does not go on.", "gauge",
          [](const PluginStatus& plugin) { return plugin.state == "faulty" ? 1 : 0; });
  of_each("plugin_calls", "Calls into a plugin that have not returned.", "gauge",
          [](const PluginStatus& plugin) { return plugin.calls; });
  of_each("plugin_calls_overdue", "Those of them that take longer than they may.", "gauge",
          [](const PluginStatus& plugin) { return plugin.overdue; });
  tell("plugin_info", "Plugins that are loaded, with their versions.", "gauge",
       [&plugins = parts_.plugins] {
         Samples samples;
         for (const auto& plugin : plugins.status())
           samples.push_back({{{"plugin", plugin.id}, {"version", plugin.version}}, 1});
         return samples;
       });
}

void HostMetrics::tell_of_log_ins() {
  auto& auth = parts_.auth;
  if (!auth.has_accounts()) return;
  tell_number("sessions", "Sessions of those who have logged in.", "gauge",
              [&auth] { return static_cast<double>(auth.sessions()); });
  tell_number("logins_waiting", "Log-ins that wait for their turn.", "gauge",
              [&auth] { return static_cast<double>(auth.waiting()); });
  tell_number("logins_failed_total", "Log-ins with a wrong name or password.", "counter",
              [&auth] { return static_cast<double>(auth.failed()); });
  tell_number("logins_refused_total", "Log-ins that were not looked at.", "counter",
              [&auth] { return static_cast<double>(auth.refused()); });
}

// A peer's registry is its index, which tells of itself.
void HostMetrics::tell_of_registry() {
  auto* registry = parts_.plugins.find<Registry>();
  if (!registry || parts_.role != "index") return;
  auto* gate = parts_.plugins.gate_of(Registry::kInterface);
  const auto counts = [registry, gate](auto samples_of) {
    return [registry, gate, samples_of] {
      const auto now = through(gate, "counts()", [&] { return registry->counts(); });
      return now ? samples_of(*now) : Samples{};
    };
  };
  tell("peers", "Registered peers.", "gauge", counts([](const RegistryCounts& now) {
         return by("state", {{"present", static_cast<double>(now.present)},
                             {"away", static_cast<double>(now.peers - now.present)}});
       }),
       &registry_);
  tell("listed_files", "Files of present peers that are for everyone.", "gauge",
       counts([](const RegistryCounts& now) { return one(static_cast<double>(now.files)); }),
       &registry_);
  tell("listed_bytes", "Bytes of these files.", "gauge",
       counts([](const RegistryCounts& now) { return one(static_cast<double>(now.bytes)); }),
       &registry_);
}

void HostMetrics::tell_of_transfers() {
  auto* uploads = parts_.plugins.find<Uploads>();
  if (!uploads) return;
  auto* gate = parts_.plugins.gate_of(Uploads::kInterface);
  tell(
      "uploads", "Answers with bytes of files.", "gauge",
      [uploads, gate] {
        const auto list = through(gate, "list()", [&] { return uploads->list(); });
        if (!list) return Samples{};
        double running = 0;
        double waiting = 0;
        for (const auto& upload : *list) ++(upload.place == 0 ? running : waiting);
        return by("state", {{"running", running}, {"waiting", waiting}});
      },
      &transfer_);
  const auto total = [this, uploads, gate](const char* name, const char* help,
                                           std::uint64_t TransferTotals::*number) {
    tell(
        name, help, "counter",
        [uploads, gate, number] {
          const auto totals = through(gate, "totals()", [&] { return uploads->totals(); });
          return totals ? one(static_cast<double>((*totals).*number)) : Samples{};
        },
        &transfer_);
  };
  total("sent_bytes_total", "Bytes of files that others fetched.", &TransferTotals::sent);
  total("received_bytes_total", "Bytes of files that were fetched and proven.",
        &TransferTotals::received);
}

void HostMetrics::tell_of_downloads() {
  auto* downloads = parts_.plugins.find<Downloads>();
  if (!downloads) return;
  auto* gate = parts_.plugins.gate_of(Downloads::kInterface);
  tell(
      "downloads", "Downloads by state.", "gauge",
      [downloads, gate] {
        const DownloadQuery query{.page = {.limit = 1, .after = ""}};
        const auto page = through(gate, "list()", [&] { return downloads->list(query); });
        if (!page) return Samples{};
        const auto number = [](std::uint64_t count) { return static_cast<double>(count); };
        const auto& counts = page->counts;
        return by("state", {{"queued", number(counts.queued)},
                            {"running", number(counts.running)},
                            {"waiting", number(counts.waiting)},
                            {"paused", number(counts.paused)},
                            {"done", number(counts.done)},
                            {"failed", number(counts.failed)}});
      },
      &transfer_);
}

void HostMetrics::tell_of_shares() {
  auto* shares = parts_.plugins.find<Shares>();
  if (!shares) return;
  auto* gate = parts_.plugins.gate_of(Shares::kInterface);
  const auto of_each = [this, shares, gate](const char* name, const char* help, auto number) {
    tell(
        name, help, "gauge",
        [shares, gate, number] {
          Samples samples;
          const auto list = through(gate, "list()", [&] { return shares->list(); });
          if (!list) return samples;
          for (const auto& share : *list)
            samples.push_back({{{"share", share.share.name}}, static_cast<double>(number(share))});
          return samples;
        },
        &transfer_);
  };
  of_each("shared_files", "Files that a share offers.",
          [](const ShareStatus& share) { return share.files; });
  of_each("shared_bytes", "Bytes that a share offers.",
          [](const ShareStatus& share) { return share.bytes; });
  of_each("share_waiting_bytes", "Bytes of a share that are still to be hashed.",
          [](const ShareStatus& share) { return share.waiting_bytes; });
  of_each("share_problem", "1 when something keeps a part of a share, or all of it, out.",
          [](const ShareStatus& share) { return share.problem.empty() ? 0 : 1; });
}

void HostMetrics::tell_of_events() {
  std::map<std::string, std::pair<std::shared_ptr<Counter>, const char*>, std::less<>> counters;
  for (const auto& counted : kCounted)
    counters[counted.topic] = {parts_.metrics.counter(counted.name, counted.help), counted.field};
  told_.push_back(parts_.events.subscribe([counters = std::move(counters)](const Event& event) {
    const auto found = counters.find(event.topic);
    if (found == counters.end()) return;
    const auto& [counter, field] = found->second;
    counter->add(field ? event.number(field) : 1);
  }));
}

void HostMetrics::tell_of_machine() {
  tell("build_info", "The version of this host.", "gauge", [role = parts_.role] {
    return Samples{{{{"version", SWAPMEET_VERSION},
                     {"role", role},
                     {"abi", std::to_string(kAbiMajor) + '.' + std::to_string(kAbiMinor)}},
                    1}};
  });
  tell("certificate_expires_seconds", "When a certificate ends, in seconds since 1970.", "gauge",
       [&keys = parts_.keys] {
         return by("listener", {{"api", seconds_of(keys.api_expires())},
                                {"public", seconds_of(keys.peer_expires())}});
       });
  tell("disk_free_bytes", "What is free on the disk of the data folder.", "gauge",
       [data = parts_.data] { return one(disk_facts(data).free); });
  tell("disk_size_bytes", "The size of that disk.", "gauge",
       [data = parts_.data] { return one(disk_facts(data).size); });
  const auto fact = [this](const char* name, const char* help, const char* type,
                           double ProcessFacts::*number) {
    tell_number(name, help, type, [number] { return process_facts().*number; });
  };
  fact("process_cpu_seconds_total", "Processor time of user and system.", "counter",
       &ProcessFacts::cpu_seconds);
  fact("process_start_time_seconds", "When the process started, in seconds since 1970.", "gauge",
       &ProcessFacts::started);
  fact("process_resident_memory_bytes", "Memory that it occupies.", "gauge",
       &ProcessFacts::resident_bytes);
  fact("process_virtual_memory_bytes", "Memory that it has reserved.", "gauge",
       &ProcessFacts::virtual_bytes);
  fact("process_open_fds", "Open files and connections.", "gauge", &ProcessFacts::open_files);
  fact("process_max_fds", "How many it may open.", "gauge", &ProcessFacts::most_files);
  fact("process_threads", "Its threads.", "gauge", &ProcessFacts::threads);
}

}  // namespace swapmeet
