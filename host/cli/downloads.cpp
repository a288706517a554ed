// downloads, uploads: what comes and goes.
#include <fmt/format.h>

#include <algorithm>

#include "host/cli/commands.h"
#include "host/cli/download_text.h"
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

int show(Session& session) {
  for (std::size_t i = 1; i < session.words().size(); ++i) {
    const auto id = find_download(session, session.words()[i]);
    if (!id) return fail(id.error());
    const auto body = session.call("GET", "/api/v1/downloads/" + wire::percent_encode(*id));
    if (!body) return fail(body.error());
    if (session.json()) {
      print_json(*body);
      continue;
    }
    const auto download = wire::from_json<DownloadStatus>(*body);
    if (!download) return fail(download.error());
    fmt::print("{}", detail_text(*download));
  }
  return 0;
}

// Page by page, for they may be a million.
int print_files(Session& session, const std::string& target) {
  bool any = false;
  std::string after;
  do {
    auto page = session.ask<Page<FolderFile>>(
        "GET", target + "&limit=1000&after=" + wire::percent_encode(after));
    if (!page) return fail(page.error());
    for (const auto& file : page->items) fmt::print("{}", file_line(file));
    any = any || !page->items.empty();
    after = std::move(page->next);
  } while (!after.empty());
  if (!any) fmt::print("All files of the folder that are known so far are there.\n");
  return 0;
}

int files(Session& session) {
  const auto id = find_download(session, session.words()[1]);
  if (!id) return fail(id.error());
  const auto target = "/api/v1/downloads/" + wire::percent_encode(*id) + "/files?";
  if (!session.json()) return print_files(session, target);
  const auto all = session.all<FolderFile>(target);
  return all ? print_json(wire::to_json(*all)) : fail(all.error());
}

void print_table(const std::vector<DownloadStatus>& all) {
  const bool folders =
      std::any_of(all.begin(), all.end(), [](const auto& one) { return one.folder.has_value(); });
  std::vector<Column> columns{{"ID"}, {"NAME", false, true}, {"STATE"}};
  if (folders) columns.push_back({"FILES", true});
  columns.insert(columns.end(),
                 {{"DONE", true}, {"SIZE", true}, {"RATE", true}, {"WHY", false, true}});
  Table table(std::move(columns));
  for (const auto& one : all) {
    std::vector<std::string> cells{one.id.substr(0, 8), shown_name(one),
                                   std::string(name_of(one.state))};
    if (folders) cells.push_back(one.folder ? files_text(*one.folder) : "");
    cells.insert(cells.end(),
                 {human_size(one.done), human_size(one.size),
                  one.state == DownloadState::running ? human_rate(one.rate) : "", one.why});
    table.add(cells);
  }
  table.print();
}

}  // namespace

int downloads(Session& session) {
  const auto& words = session.words();
  if (words.size() >= 2 && (words[0] == "pause" || words[0] == "resume" || words[0] == "cancel"))
    return change(session, words[0]);
  if (words.size() >= 2 && words[0] == "show") return show(session);
  if (words.size() == 2 && words[0] == "files") return files(session);
  if (!words.empty())
    return fail(wrong_usage(
        "downloads is alone, or goes with show, pause, resume or cancel and IDs, or with files and "
        "an ID"));
  const auto all = session.all<DownloadStatus>("/api/v1/downloads?");
  if (!all) return fail(all.error());
  if (session.json()) return print_json(wire::to_json(*all));
  if (all->items.empty())
    fmt::print("Nothing is fetched.\n");
  else
    print_table(all->items);
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
