// watch: tells of files as they appear.
#include <fmt/format.h>

#include <chrono>
#include <cstdio>

#include "host/cli/commands.h"
#include "host/cli/display.h"
#include "host/cli/following.h"
#include "host/cli/human.h"
#include "host/cli/query_words.h"
#include "host/cli/terminal.h"
#include "swapmeet/attributes.h"

namespace swapmeet::cli {
namespace {

// Should this command be killed before it can end its watch.
constexpr std::chrono::minutes kKeep{10};

void print_match(Session& session, const Match& match, const std::string& json) {
  if (session.json())
    print_json(json);
  else
    fmt::print("{}  {}  {}{}{}\n", printable(match.name), human_size(match.size),
               name_of(match.type), match.attributes.empty() ? "" : "  ",
               printable(about(match.attributes)));
}

void fetch(Session& session, const Match& match) {
  DownloadRequest request;
  request.content = match.content;
  request.name = match.name;
  const auto started =
      session.ask<DownloadStatus>("POST", "/api/v1/downloads", wire::to_json(request));
  if (!started)
    fail(started.error());
  else if (!session.json())
    fmt::print("  is fetched to {}\n", printable(started->path));
}

}  // namespace

int watch(Session& session) {
  const auto query = query_of(session.words()).text;
  const auto record = session.ask<wire::WatchRecord>("POST", "/api/v1/watches",
                                                     wire::to_json(wire::WatchOrder{query, kKeep}));
  if (!record) return fail_query(query, record.error());
  if (!session.json()) {
    fmt::print("Watching for new files; Ctrl-C ends it.\n");
    std::fflush(stdout);
  }
  catch_interrupts();
  const auto heard = [&](const std::string& topic, const std::string& data) {
    const auto match = wire::from_json<Match>(data);
    if (topic != "match" || !match) return;
    print_match(session, *match, data);
    if (session.arguments().has("--get")) fetch(session, *match);
    std::fflush(stdout);
  };
  const auto ended = follow(session, "/api/v1/events?watch=" + record->id, heard);
  (void)session.call("DELETE", "/api/v1/watches/" + record->id);
  return ended ? 0 : fail(ended.error());
}

}  // namespace swapmeet::cli
