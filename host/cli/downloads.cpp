// downloads: what comes.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "host/cli/commands.h"
#include "host/cli/display.h"
#include "host/cli/download_text.h"
#include "host/cli/human.h"
#include "host/cli/lookup.h"
#include "host/cli/terminal.h"
#include "swapmeet/wire/json_value.h"

namespace swapmeet::cli {
namespace {

constexpr const char* kList = "/api/v1/downloads?limit=1000&order=turn";
constexpr std::size_t kMostQueued = 10;  // of those that wait for their turn
constexpr std::size_t kMostOfOthers = 50;

// Of one download, after it was asked for.
std::string done_text(const std::string& how, const DownloadStatus& before) {
  const auto id = before.id.substr(0, 8);
  if (how == "pause") return id + " is paused";
  if (how == "resume") return id + " goes on";
  if (before.state == DownloadState::done)
    return id + " is forgotten; it was done, and stays: " + printable(before.path);
  return id + " is cancelled";
}

int change_one(Session& session, const std::string& how, const std::string& word) {
  const auto id = find_download(session, word);
  if (!id) return fail(id.error());
  const auto path = "/api/v1/downloads/" + wire::percent_encode(*id);
  const auto before = session.ask<DownloadStatus>("GET", path);
  if (!before) return fail(before.error());
  if (how == "clear" && before->state != DownloadState::done)
    return fail({ErrorCode::conflict,
                 word + " is " + std::string(name_of(before->state)) +
                     ", and not done: `swapmeet downloads cancel " + word + "` ends it",
                 {}});
  const bool ends = how == "cancel" || how == "clear";
  const auto answer =
      ends ? session.call("DELETE", path) : session.call("POST", fmt::format("{}/{}", path, how));
  if (!answer) return fail(answer.error());
  if (!session.json())
    fmt::print("{}\n", done_text(how, *before));
  else if (!answer->empty())
    print_json(*answer);
  return 0;
}

int change_all(Session& session, const std::string& how) {
  const auto answer = session.call("POST", "/api/v1/downloads/" + how);
  if (!answer) return fail(answer.error());
  if (session.json()) return print_json(*answer);
  const auto fields = wire::JsonValue::parse(*answer);
  const auto count = fields ? (*fields)["downloads"].count() : 0;
  const std::string many = count == 1 ? "is" : "are";
  fmt::print("{} {}\n", counted(count, "download"),
             how == "pause"    ? many + " paused"
             : how == "cancel" ? many + " cancelled"
             : how == "clear"  ? many + " forgotten, with all files where they are"
             : count == 1      ? "goes on"
                               : "go on");
  return 0;
}

int change(Session& session, const std::string& how) {
  const auto& words = session.words();
  if (how == "clear" ? words.size() == 1 || words[1] == "all" : words[1] == "all")
    return change_all(session, how);
  for (std::size_t i = 1; i < words.size(); ++i)
    if (const int code = change_one(session, how, words[i]); code != 0) return code;
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

void print_rows(Session& session, const std::vector<DownloadStatus>& some) {
  for (const auto& one : some)
    fmt::print("{}", row_text(one, session.clock().now(), terminal_width()));
}

// Page by page, for they may be many thousands.
int print_all(Session& session, const std::string& target) {
  bool any = false;
  std::string after;
  do {
    auto page = session.ask<DownloadPage>("GET", target + "&after=" + wire::percent_encode(after));
    if (!page) return fail(page.error());
    print_rows(session, page->items);
    any = any || !page->items.empty();
    after = std::move(page->next);
  } while (!after.empty());
  if (!any) fmt::print("There is no such download.\n");
  return 0;
}

// What runs, waits or has failed, the first of those that are queued, and how many others there
// are.
int print_active(Session& session) {
  std::vector<DownloadStatus> shown;
  DownloadCounts counts;
  const auto add = [&](const std::string& states, std::size_t most) -> Result<void> {
    auto page = session.ask<DownloadPage>(
        "GET", fmt::format("/api/v1/downloads?order=turn&state={}&limit={}", states, most));
    if (!page) return page.error();
    counts = page->counts;
    std::move(page->items.begin(), page->items.end(), std::back_inserter(shown));
    return {};
  };
  auto added = add("running,waiting", kMostOfOthers);
  if (added && counts.queued > 0) added = add("queued", kMostQueued);
  if (added && counts.paused + counts.failed > 0) added = add("paused,failed", kMostOfOthers);
  if (!added) return fail(added.error());
  print_rows(session, shown);
  const auto others = others_text(counts, shown);
  if (shown.empty()) fmt::print("Nothing is fetched.\n");
  if (!others.empty())
    fmt::print("{}: `swapmeet downloads --all` lists all{}\n", others,
               counts.done > 0 ? ", `swapmeet downloads clear` forgets what is done" : "");
  return 0;
}

}  // namespace

int downloads(Session& session) {
  const auto& words = session.words();
  const bool changes =
      !words.empty() && (words[0] == "pause" || words[0] == "resume" || words[0] == "cancel");
  if (changes && words.size() == 1)
    return fail(wrong_usage("which? downloads " + words[0] + " all, or IDs"));
  if (changes || (!words.empty() && words[0] == "clear")) return change(session, words[0]);
  if (words.size() >= 2 && words[0] == "show") return show(session);
  if (words.size() == 2 && words[0] == "files") return files(session);
  if (!words.empty())
    return fail(wrong_usage(
        "downloads is alone, or goes with pause, resume, cancel or clear and all or IDs, with show "
        "and IDs, or with files and an ID"));
  const auto& arguments = session.arguments();
  std::string target = kList;
  if (arguments.has("--state"))
    target += "&state=" + wire::percent_encode(arguments.value("--state"));
  if (session.json()) {
    const auto all = session.all<DownloadStatus>(target);
    return all ? print_json(wire::to_json(*all)) : fail(all.error());
  }
  if (arguments.has("--all") || arguments.has("--state")) return print_all(session, target);
  return print_active(session);
}

}  // namespace swapmeet::cli
