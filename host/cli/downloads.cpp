// downloads, uploads: what comes and goes.
#include <fmt/format.h>

#include "host/cli/commands.h"
#include "host/cli/human.h"
#include "host/cli/lookup.h"
#include "host/cli/table.h"

namespace swapmeet::cli {
namespace {

int change(Session& session, const std::string& how) {
  for (std::size_t i = 1; i < session.words().size(); ++i) {
    const auto id = find_download(session, session.words()[i]);
    if (!id) return fail(id.error());
    const auto path = "/api/v1/downloads/" + wire::percent_encode(*id);
    const auto answer = how == "cancel" ? session.call("DELETE", path)
                                        : session.call("POST", fmt::format("{}/{}", path, how));
    if (!answer) return fail(answer.error());
    if (!session.json())
      fmt::print("{} {}\n", id->substr(0, 8),
                 how == "cancel"  ? "is cancelled"
                 : how == "pause" ? "is paused"
                                  : "goes on");
    else if (!answer->empty())
      print_json(*answer);
  }
  return 0;
}

}  // namespace

int downloads(Session& session) {
  const auto& words = session.words();
  if (words.size() >= 2 && (words[0] == "pause" || words[0] == "resume" || words[0] == "cancel"))
    return change(session, words[0]);
  if (!words.empty())
    return fail(wrong_usage("downloads is alone, or goes with pause, resume or cancel and an ID"));
  const auto all = session.all<DownloadStatus>("/api/v1/downloads?");
  if (!all) return fail(all.error());
  if (session.json()) return print_json(wire::to_json(*all));
  Table table({{"ID"},
               {"NAME", false, true},
               {"STATE"},
               {"DONE", true},
               {"SIZE", true},
               {"RATE", true},
               {"WHY", false, true}});
  for (const auto& one : all->items)
    table.add({one.id.substr(0, 8), one.name, std::string(name_of(one.state)), human_size(one.done),
               human_size(one.size),
               one.state == DownloadState::running ? human_rate(one.rate) : "", one.why});
  if (table.empty())
    fmt::print("Nothing is fetched.\n");
  else
    table.print();
  return 0;
}

int uploads(Session& session) {
  auto body = session.call("GET", "/api/v1/uploads");
  if (!body) return fail(body.error());
  if (session.json()) return print_json(*body);
  const auto all = wire::from_json<std::vector<UploadStatus>>(*body);
  if (!all) return fail(all.error());
  Table table({{"TO"}, {"NAME", false, true}, {"DONE", true}, {"SIZE", true}, {"RATE", true}});
  for (const auto& one : *all)
    table.add({one.account.empty() ? one.address : one.account + " at " + one.address, one.name,
               human_size(one.done), human_size(one.size),
               one.place > 0 ? "waits, place " + std::to_string(one.place) : human_rate(one.rate)});
  if (table.empty())
    fmt::print("Nobody fetches anything now.\n");
  else
    table.print();
  return 0;
}

}  // namespace swapmeet::cli
