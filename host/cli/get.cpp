// get: fetch files, and watch them come.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <thread>

#include "host/cli/commands.h"
#include "host/cli/display.h"
#include "host/cli/human.h"
#include "host/cli/lookup.h"
#include "host/cli/progress.h"
#include "host/cli/terminal.h"

namespace swapmeet::cli {
namespace {

bool is_over(const DownloadStatus& one) {
  return one.state == DownloadState::done || one.state == DownloadState::failed ||
         one.state == DownloadState::paused;
}

Advance advance_of(const std::vector<DownloadStatus>& all) {
  Advance advance;
  std::size_t over = 0;
  std::size_t active = 0;
  for (const auto& one : all) {
    advance.done += one.done;
    advance.size += one.size;
    if (is_over(one)) {
      ++over;
      continue;
    }
    advance.rate += one.rate;
    for (const auto& source : one.sources)
      if (source.state == "active") ++active;
    if (one.state != DownloadState::running)
      advance.also = one.why.empty() ? std::string(name_of(one.state)) : one.why;
  }
  if (all.size() > 1)
    advance.what = fmt::format("{} of {} files", over, all.size());
  else if (all[0].size == 0 && !is_over(all[0]))
    advance.size = 1;  // not known yet: nothing is done
  if (active > 0) advance.also = "from " + counted(active, "source");
  return advance;
}

void print_end(const DownloadStatus& one) {
  if (one.state != DownloadState::done) {
    fmt::print("{} is {}: {}\n", printable(one.name), name_of(one.state), printable(one.why));
    return;
  }
  fmt::print("{} is verified and complete\n", printable(one.path));
  for (const auto& source : one.sources)
    if (source.bytes > 0)
      fmt::print("  {:>8} from {}\n", human_size(source.bytes), printable(source.name));
}

// Until all have ended, or the person has seen enough.
int follow(Session& session, std::vector<DownloadStatus> all) {
  catch_interrupts();
  Progress progress;
  while (true) {
    progress.show(advance_of(all));
    if (interrupted() || std::all_of(all.begin(), all.end(), is_over)) break;
    std::this_thread::sleep_for(Progress::kPace);
    for (auto& one : all) {
      if (is_over(one)) continue;
      auto now = session.ask<DownloadStatus>("GET", "/api/v1/downloads/" + one.id);
      if (!now && now.error().code == ErrorCode::not_found) {
        one.state = DownloadState::failed;
        one.why = "it was cancelled";
      } else if (!now) {
        progress.end();
        return fail(now.error());
      } else {
        one = std::move(*now);
      }
    }
  }
  progress.end();
  bool good = true;
  for (const auto& one : all) {
    if (is_over(one)) print_end(one);
    good = good && one.state == DownloadState::done;
  }
  if (std::all_of(all.begin(), all.end(), is_over)) return good ? 0 : 1;
  fmt::print(
      "The host goes on with it: `swapmeet downloads` shows it, `swapmeet downloads cancel "
      "ID` ends it.\n");
  return 130;
}

}  // namespace

int get(Session& session) {
  std::vector<DownloadRequest> requests;
  for (const auto& word : session.words()) {
    const auto hit = find_content(session, word);
    if (!hit) return fail(hit.error());
    DownloadRequest request;
    request.content = hit->content;
    request.name = hit->name;
    if (const auto folder = session.arguments().value("--folder"); !folder.empty())
      request.folder = std::filesystem::absolute(folder).lexically_normal().string();
    request.overwrite = session.arguments().has("--overwrite");
    requests.push_back(std::move(request));
  }
  Page<DownloadStatus> started;
  for (const auto& request : requests) {
    auto download =
        session.ask<DownloadStatus>("POST", "/api/v1/downloads", wire::to_json(request));
    if (!download) return fail(download.error());
    started.items.push_back(std::move(*download));
  }
  if (session.json()) return print_json(wire::to_json(started));
  if (!session.arguments().has("--no-wait")) return follow(session, std::move(started.items));
  for (const auto& one : started.items)
    fmt::print("{}  {}\n", one.id.substr(0, 8), printable(one.path));
  return 0;
}

}  // namespace swapmeet::cli
