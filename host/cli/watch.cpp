// watch: tells of files as they appear; and saved searches, which notice them for who is away.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <utility>

#include "host/cli/commands.h"
#include "host/cli/display.h"
#include "host/cli/following.h"
#include "host/cli/hit_rows.h"
#include "host/cli/human.h"
#include "host/cli/lookup.h"
#include "host/cli/query_words.h"
#include "host/cli/terminal.h"
#include "swapmeet/attributes.h"
#include "swapmeet/listing.h"

namespace swapmeet::cli {
namespace {

// Should this command be killed before it can end its watch.
constexpr std::chrono::minutes kKeep{10};
// A saved search is one until it is removed, or nobody has looked for a year.
constexpr std::chrono::days kKeepSaved{365};
constexpr std::size_t kShortId = 8;

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

Result<std::vector<wire::WatchRecord>> saved(Session& session) {
  auto all = session.ask<std::vector<wire::WatchRecord>>("GET", "/api/v1/watches");
  if (all) std::erase_if(*all, [](const auto& one) { return !one.collect; });
  return all;
}

// By its id, the beginning of it, or its words.
Result<std::vector<wire::WatchRecord>> meant(Session& session) {
  auto all = saved(session);
  if (!all) return all;
  const std::vector<std::string> words(session.words().begin() + 1, session.words().end());
  if (words.empty()) return all;
  const auto query = query_of(words).text;
  std::vector<std::string> ids;
  for (const auto& one : *all) {
    if (one.query == query) return std::vector{one};
    ids.push_back(one.id);
  }
  const auto id = by_prefix(ids, query, "saved search");
  if (!id) return id.error();
  std::erase_if(*all, [&](const auto& one) { return one.id != *id; });
  return all;
}

int save(Session& session) {
  const std::vector<std::string> words(session.words().begin() + 1, session.words().end());
  const auto query = query_of(words).text;
  if (query.empty()) return fail(wrong_usage("watch save goes with the words of a search"));
  const auto all = saved(session);
  if (!all) return fail(all.error());  // who cannot list them would never find it again
  if (std::any_of(all->begin(), all->end(), [&](const auto& one) { return one.query == query; })) {
    fmt::print("'{}' is saved already\n", printable(query));
    return 0;
  }
  const auto record = session.ask<wire::WatchRecord>(
      "POST", "/api/v1/watches", wire::to_json(wire::WatchOrder{query, kKeepSaved, true}));
  if (!record) return fail_query(query, record.error());
  if (session.json()) return print_json(wire::to_json(*record));
  fmt::print(
      "Saved as {}. The host notices what appears from now on; `swapmeet watch show` shows it.\n",
      record->id.substr(0, kShortId));
  return 0;
}

int list_saved(Session& session) {
  const auto all = saved(session);
  if (!all) return fail(all.error());
  if (session.json()) return print_json(wire::to_json(*all));
  if (all->empty()) {
    fmt::print("Nothing is saved; `swapmeet watch save WORDS` saves a search.\n");
    return 0;
  }
  Table table({{"NEW", true}, {"SEARCH", false, true}, {"ID"}});
  for (const auto& one : *all)
    table.add({std::to_string(one.waiting), one.query, one.id.substr(0, kShortId)});
  table.print();
  return 0;
}

int remove(Session& session) {
  if (session.words().size() < 2)
    return fail(
        wrong_usage("watch remove goes with an id that `swapmeet watch list` shows, or the "
                    "words that were saved"));
  const auto all = meant(session);
  if (!all) return fail(all.error());
  for (const auto& one : *all) {
    const auto removed = session.call("DELETE", "/api/v1/watches/" + one.id);
    if (!removed) return fail(removed.error());
    if (!session.json()) fmt::print("'{}' is no longer saved\n", printable(one.query));
  }
  return 0;
}

Hit hit_of(const Match& match) {
  Hit hit;
  hit.content = match.content;
  hit.name = match.name;
  hit.path = match.path;
  hit.size = match.size;
  hit.type = match.type;
  hit.sources = 1;
  hit.attributes = match.attributes;
  hit.peer = match.peer;
  return hit;
}

using Found = std::vector<std::pair<wire::WatchRecord, wire::WaitingMatches>>;

// What came while nobody looked; numbered through, for `get`.
void print_found(Session& session, const Found& found) {
  PeerNames names(session);
  std::vector<PeerId> peers;
  for (const auto& [watch, waiting] : found)
    for (const auto& one : waiting.matches) peers.push_back(one.match.peer);
  names.learn(peers);
  SearchPage shown;
  for (const auto& [watch, waiting] : found) {
    if (waiting.matches.empty()) continue;
    fmt::print("{}{}\n", shown.hits.empty() ? "" : "\n", printable(watch.query));
    Table table({{"#", true},
                 {"CAME"},
                 {"NAME", false, true},
                 {"SIZE", true},
                 {"FROM", false, true},
                 {"FOLDER", false, true, true}});
    for (const auto& [match, when] : waiting.matches) {
      shown.hits.push_back(hit_of(match));
      table.add({std::to_string(shown.hits.size()), human_time(when, session.clock().now()),
                 match.name, human_size(match.size), names.of(match.peer),
                 std::string(folder_of_path(match.path))});
    }
    table.print();
    if (waiting.lost > 0)
      fmt::print("and {} before them, which `swapmeet search` finds\n",
                 counted(waiting.lost, "file"));
  }
  shown.total = shown.hits.size();
  if (shown.hits.empty()) {
    fmt::print("Nothing new.\n");
    return;
  }
  remember(shown);
  fmt::print("`swapmeet get NUMBER` fetches one\n");
}

// They are news once.
int show_saved(Session& session) {
  const auto all = meant(session);
  if (!all) return fail(all.error());
  Found found;
  for (const auto& one : *all) {
    auto waiting =
        session.ask<wire::WaitingMatches>("GET", "/api/v1/watches/" + one.id + "/matches");
    if (!waiting) return fail(waiting.error());
    found.emplace_back(one, std::move(*waiting));
  }
  if (session.json()) {
    wire::WaitingMatches together;
    for (auto& [watch, waiting] : found) {
      together.lost += waiting.lost;
      together.matches.insert(together.matches.end(), waiting.matches.begin(),
                              waiting.matches.end());
    }
    print_json(wire::to_json(together));
  } else {
    print_found(session, found);
  }
  for (const auto& [watch, waiting] : found) {
    if (waiting.matches.empty()) continue;
    const auto until = to_rfc3339(waiting.matches.back().found);
    const auto seen = session.call(
        "DELETE", "/api/v1/watches/" + watch.id + "/matches?until=" + wire::percent_encode(until));
    if (!seen) return fail(seen.error());
  }
  return 0;
}

int watch_now(Session& session) {
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

}  // namespace

int watch(Session& session) {
  const auto& words = session.words();
  const auto& what = words[0];
  if (what == "save") return save(session);
  if (what == "list" && words.size() == 1) return list_saved(session);
  if (what == "show") return show_saved(session);
  if (what == "remove") return remove(session);
  return watch_now(session);
}

}  // namespace swapmeet::cli
