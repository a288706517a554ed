// status: the host that runs.
#include <fmt/format.h>

#include "host/cli/commands.h"
#include "host/cli/display.h"
#include "host/cli/human.h"
#include "host/cli/table.h"

namespace swapmeet::cli {

namespace {

// What the last SIGHUP came to, a line each.
void print_reload(const wire::ReloadReport& reload) {
  fmt::print("reloaded   {}{}\n", to_rfc3339(reload.time),
             reload.refused.empty() ? "" : ", in part: values were refused");
  const auto lines = [](const char* label, const std::vector<std::string>& all) {
    for (const auto& one : all) fmt::print("  {:<9}{}\n", label, printable(one));
  };
  lines("in force", reload.changed);
  lines("refused", reload.refused);
  lines("restart", reload.at_restart);
}

// What is wrong with one stands beside it.
void print_plugins(const std::vector<wire::PluginReport>& plugins) {
  Table table({{"PLUGIN"}, {"VERSION"}, {"STATE"}, {"FAULTS", true}, {"WHY", false, true}});
  for (const auto& plugin : plugins)
    table.add({plugin.id, plugin.version, plugin.state, std::to_string(plugin.faults),
               printable(plugin.reason)});
  table.print();
}

}  // namespace

int status(Session& session) {
  auto body = session.call("GET", "/api/v1/status");
  if (!body) return fail(body.error());
  if (session.json()) return print_json(*body);
  const auto report = wire::from_json<wire::StatusReport>(*body);
  if (!report) return fail(report.error());
  fmt::print("{}: {}, version {}, up for {}\n", printable(report->name), report->role,
             printable(report->version), human_duration(report->uptime));
  fmt::print("id         {}\n", report->peer.text());
  fmt::print("API        {}\n", session.url());
  if (!report->fingerprint.empty())
    fmt::print("key        sha256={}\n", printable(report->fingerprint));
  if (!report->content_address.empty())
    fmt::print("for peers  {}\n", printable(report->content_address));
  if (!report->index_url.empty())
    fmt::print("index      {}, {}\n", printable(report->index_url),
               report->index_problem.empty() ? "reachable"
                                             : "problem: " + printable(report->index_problem));
  if (!report->unreachable.empty()) fmt::print("problem    {}\n", printable(report->unreachable));
  for (const auto& one : report->cautions) fmt::print("careful    {}\n", printable(one));
  if (const auto& there = report->counts)
    fmt::print("present    {} of {}, with {}, {}\n", there->present, counted(there->peers, "peer"),
               counted(there->files, "file"), human_size(there->bytes));
  if (report->transferred)
    fmt::print("in total   {} sent in {}, {} received\n", human_size(report->transferred->sent),
               counted(report->transferred->requests, "answer"),
               human_size(report->transferred->received));
  if (report->reload) print_reload(*report->reload);
  fmt::print("\n");
  print_plugins(report->plugins);
  return 0;
}

}  // namespace swapmeet::cli
