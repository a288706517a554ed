#include "host/cli/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <optional>

#include "host/cli/commands.h"
#include "host/cli/display.h"
#include "host/cli/session.h"
#include "host/cli/standing.h"
#include "host/cli/table.h"
#include "host/config/data_lock.h"

namespace swapmeet::cli {
namespace {

struct Named {
  std::string name;  // "transfer.listen"
  wire::Setting setting;
};

std::vector<Named> named(const wire::SettingsReport& report) {
  std::vector<Named> all;
  for (const auto& section : report.sections)
    for (const auto& one : section.settings)
      all.push_back({section.name + '.' + one.key.name, one});
  return all;
}

std::string shown_value(const wire::Setting& one) {
  if (one.secret && one.source != "default") return "(secret)";
  return one.value.empty() ? one.key.default_value : one.value;
}

std::string range_of(const wire::KeyListing& key) {
  if (!key.choices.empty()) return key.choices;
  if (!key.least.empty() && !key.greatest.empty()) return key.least + " to " + key.greatest;
  if (!key.least.empty()) return "at least " + key.least;
  return key.greatest.empty() ? "" : "at most " + key.greatest;
}

void print_setting(const Named& one) {
  const auto& key = one.setting.key;
  fmt::print("{} = {}\n", one.name, printable(shown_value(one.setting)));
  fmt::print("  {}\n", printable(key.help));
  const auto range = range_of(key);
  fmt::print("  {}{}; default {}\n", key.type, range.empty() ? "" : ", " + range,
             key.default_value.empty() ? "none" : key.default_value);
  const char* const changes =
      key.changes_at_once ? "takes effect at once" : "takes effect at the next start";
  fmt::print("  from {}; a change {}\n", printable(one.setting.source), changes);
}

// One by its name, with or without its section; all that are set.
int show(const wire::SettingsReport& report, const std::string& wanted) {
  const auto all = named(report);
  if (!wanted.empty()) {
    bool any = false;
    for (const auto& one : all)
      if (one.name == wanted || one.setting.key.name == wanted) any = true, print_setting(one);
    if (any) return 0;
    return fail(not_found("there is no key '" + wanted +
                          "' here; `swapmeet plugins` has all, `swapmeet set` what is set"));
  }
  Table table({{"KEY"}, {"VALUE", false, true}, {"FROM"}});
  for (const auto& one : all)
    if (one.setting.source != "default")
      table.add({one.name, shown_value(one.setting), one.setting.source});
  table.print();
  return 0;
}

void print_lines(const char* label, const std::vector<std::string>& lines) {
  for (const auto& one : lines) fmt::print("{:<11}{}\n", label, printable(one));
}

// 1 when something was refused.
int print_report(const wire::ReloadReport& report) {
  print_lines("in force", report.changed);
  print_lines("refused", report.refused);
  print_lines("restart", report.at_restart);
  if (report.changed.empty() && report.refused.empty() && report.at_restart.empty())
    fmt::print("Nothing has changed.\n");
  if (!report.at_restart.empty())
    fmt::print("What stands at \"restart\" takes effect when the host starts again.\n");
  return report.refused.empty() ? 0 : 1;
}

// What this host refuses of those sections.
std::string refused_in(const wire::ReloadReport& report, const std::string& section) {
  std::string sentences;
  for (const auto& one : report.refused)
    if (one.find("[" + section) != std::string::npos)
      (sentences += sentences.empty() ? "" : "\n") += one;
  return sentences;
}

int change_here(const LocalSettings& local, wire::SettingChange change, Clock& clock) {
  const auto full = local.full_name(change.key);
  if (!full) return fail(full.error());
  change.key = *full;
  std::optional<Session> host;
  if (host_on(local.data)) {
    if (change.key == "host.data")
      return fail(
          conflict("a host is found by its data folder, and one runs there: `swapmeet stop`, "
                   "move the folder, and set it then"));
    // Before the file is changed, which may be about where the host listens.
    auto session = session_of(local.file, clock);
    if (!session) return fail(session.error());
    host.emplace(std::move(*session));
  }
  const auto before = local.change({change});
  if (!before) return fail(before.error());
  const auto what = change.key + (change.value ? " is " + *change.value : " has its default");
  std::optional<wire::ReloadReport> report;
  if (host) {
    auto answer = host->ask<wire::ReloadReport>("POST", "/api/v1/settings/reload");
    if (!answer) {
      static_cast<void>(local.restore(*before));
      return fail({answer.error().code, answer.error().message + ". The file is as it was.", {}});
    }
    report = std::move(*answer);
    const auto refused = refused_in(*report, change.key.substr(0, change.key.find('.')));
    if (!refused.empty()) {
      static_cast<void>(local.restore(*before));
      return fail(invalid_argument(refused + ". The file is as it was."));
    }
  }
  fmt::print("{} in {}\n", printable(what), printable(local.file.string()));
  if (const auto now = local.list())
    for (const auto& one : named(*now))
      if (one.name == change.key && one.setting.source != "file" && one.setting.source != "default")
        fmt::print("But {} goes before the file.\n", printable(one.setting.source));
  if (!report) return fmt::print("No host runs; it counts from its next start on.\n"), 0;
  return print_report(*report);
}

int change_there(Session& session, const wire::SettingChange& change) {
  const auto report = session.ask<wire::ReloadReport>(
      "PATCH", "/api/v1/settings", wire::to_json(std::vector<wire::SettingChange>{change}));
  if (!report) return fail(report.error());
  return print_report(*report);
}

}  // namespace

int change_settings(const std::string& command, const Arguments& arguments,
                    const LocalSettings* local, Clock& clock) {
  const auto& words = arguments.words;
  const bool is_set = command == "set";
  const bool is_change = is_set ? words.size() == 2 : true;
  if (local && is_change)
    return change_here(*local, {words[0], is_set ? std::optional(words[1]) : std::nullopt}, clock);
  Result<wire::SettingsReport> report = wire::SettingsReport{};
  std::string json;
  if (local) {
    report = local->list();
    if (report) json = wire::to_json(*report);
  } else {
    auto session = Session::open(arguments, clock);
    if (!session) return fail(session.error());
    if (is_change)
      return change_there(*session, {words[0], is_set ? std::optional(words[1]) : std::nullopt});
    auto body = session->call("GET", "/api/v1/settings");
    if (!body) return fail(body.error());
    json = *body;
    report = wire::from_json<wire::SettingsReport>(json);
  }
  if (!report) return fail(report.error());
  if (arguments.has("--json")) return print_json(json);
  return show(*report, words.empty() ? "" : words[0]);
}

int read_again(Session& session) {
  const auto body = session.call("POST", "/api/v1/settings/reload");
  if (!body) return fail(body.error());
  if (session.json()) return print_json(*body);
  const auto report = wire::from_json<wire::ReloadReport>(*body);
  if (!report) return fail(report.error());
  return print_report(*report);
}

}  // namespace swapmeet::cli
