// plugins reload, plugins shadow: the plugins of a host that runs.
#include "swapmeet/wire/plugins.h"

#include <fmt/format.h>

#include "host/cli/commands.h"
#include "host/cli/display.h"

namespace swapmeet::cli {
namespace {

constexpr std::chrono::hours kReloadPatience{25};  // [search] catch_up may say a day

int reload(Session& session) {
  if (session.words().size() != 2)
    return fail(wrong_usage("say which kind: swapmeet plugins reload search"));
  session.wait_for_answers(kReloadPatience);
  auto body = session.call(
      "POST", "/api/v1/plugins/reload?kind=" + wire::percent_encode(session.words()[1]));
  if (!body) return fail(body.error());
  if (session.json()) return print_json(*body);
  const auto reloaded = wire::from_json<wire::PluginsReloaded>(*body);
  if (!reloaded) return fail(reloaded.error());
  for (const auto& one : reloaded->plugins)
    fmt::print("{} {} is in place{}\n", printable(one.id), printable(one.version),
               one.replaced.empty() ? "" : " of " + printable(one.replaced));
  return 0;
}

void print_latency(const char* whose, const wire::Latency& latency) {
  fmt::print("{:<11}{} µs, 95 % below {} µs\n", whose, latency.p50.count(), latency.p95.count());
}

void print_names(const char* whose, const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) (text += text.empty() ? "" : ", ") += name;
  fmt::print("    {:<10}{}\n", whose, names.empty() ? "nothing" : printable(text));
}

int shadow(Session& session) {
  if (session.words().size() != 1)
    return fail(wrong_usage("'" + session.words()[1] + "' is one word too many"));
  auto body = session.call("GET", "/api/v1/plugins/shadow");
  if (!body) return fail(body.error());
  if (session.json()) return print_json(*body);
  const auto report = wire::from_json<wire::ShadowReport>(*body);
  if (!report) return fail(report.error());
  fmt::print("{} {} is tried with {} of 100 queries{}\n", printable(report->id),
             printable(report->version), report->share,
             report->has_caught_up ? "" : ", once it has caught up");
  fmt::print("compared   {}: {} the same, {} in another order, {} different\n", report->compared,
             report->same, report->reordered, report->compared - report->same - report->reordered);
  fmt::print("overlap    {} %\n", report->overlap);
  print_latency("answered", report->answered);
  print_latency("shadow", report->shadow);
  fmt::print("failed     {}{}\n", report->failed,
             report->failure.empty() ? "" : ", the last: " + printable(report->failure));
  fmt::print("dropped    {}\n", report->dropped);
  for (const auto& one : report->differences) {
    fmt::print("\n{}  {}  ({} % in both)\n", to_rfc3339(one.time), printable(one.query),
               one.overlap);
    print_names("answered", one.answered);
    print_names("shadow", one.shadow);
  }
  return 0;
}

}  // namespace

int plugins(Session& session) {
  const auto& words = session.words();
  if (!words.empty() && words[0] == "reload") return reload(session);
  if (!words.empty() && words[0] == "shadow") return shadow(session);
  return fail(wrong_usage("plugins reload KIND, or plugins shadow"));
}

}  // namespace swapmeet::cli
