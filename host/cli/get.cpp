// get: fetch files, and watch them come.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <optional>

#include "host/cli/commands.h"
#include "host/cli/display.h"
#include "host/cli/human.h"
#include "host/cli/lookup.h"
#include "host/cli/progress.h"
#include "host/cli/terminal.h"
#include "swapmeet/listing.h"

namespace swapmeet::cli {
namespace {

constexpr std::size_t kAskedOneByOne = 8;  // of more downloads the whole list is asked for
constexpr std::size_t kToldOneByOne = 10;  // of more files only the number is told at the end
constexpr std::chrono::milliseconds kQuickest{5};

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

void print_ends(const std::vector<DownloadStatus>& all) {
  std::size_t done = 0;
  for (const auto& one : all) {
    const bool good = one.state == DownloadState::done;
    if (good) ++done;
    if (is_over(one) && (!good || all.size() <= kToldOneByOne)) print_end(one);
  }
  if (all.size() > kToldOneByOne)
    fmt::print("{} of {} files are verified and complete\n", done, all.size());
}

// Asks how far they are. A download that is gone was cancelled.
Result<void> look_again(Session& session, std::vector<DownloadStatus>& all) {
  const auto waiting = static_cast<std::size_t>(
      std::count_if(all.begin(), all.end(), [](const auto& one) { return !is_over(one); }));
  std::map<std::string, DownloadStatus> listed;
  if (waiting > kAskedOneByOne) {
    auto list = session.all<DownloadStatus>("/api/v1/downloads?");
    if (!list) return std::move(list).error();
    for (auto& one : list->items) listed.emplace(one.id, std::move(one));
  }
  for (auto& one : all) {
    if (is_over(one)) continue;
    if (const auto found = listed.find(one.id); found != listed.end()) {
      one = std::move(found->second);
      continue;
    }
    auto now = session.ask<DownloadStatus>("GET", "/api/v1/downloads/" + one.id);
    if (now) {
      one = std::move(*now);
    } else if (now.error().code == ErrorCode::not_found) {
      one.state = DownloadState::failed;
      one.why = "it was cancelled";
    } else {
      return std::move(now).error();
    }
  }
  return {};
}

// Until all have ended, or the person has seen enough.
int follow(Session& session, std::vector<DownloadStatus> all) {
  catch_interrupts();
  Progress progress(session.clock());
  const auto began = session.clock().steady();
  while (true) {
    progress.show(advance_of(all));
    if (interrupted() || std::all_of(all.begin(), all.end(), is_over)) break;
    // What takes a moment is not made to wait for the next look.
    const auto so_far = session.clock().steady() - began;
    session.clock().sleep_for(
        std::clamp<std::chrono::nanoseconds>(so_far / 16, kQuickest, Progress::kPace));
    if (auto looked = look_again(session, all); !looked) {
      progress.end();
      return fail(looked.error());
    }
  }
  progress.end();
  print_ends(all);
  if (std::all_of(all.begin(), all.end(), is_over))
    return std::all_of(all.begin(), all.end(),
                       [](const auto& one) { return one.state == DownloadState::done; })
               ? 0
               : 1;
  fmt::print(
      "The host goes on with it: `swapmeet downloads` shows it, `swapmeet downloads cancel "
      "ID` ends it.\n");
  return 130;
}

using Requests = std::vector<DownloadRequest>;

Result<void> add_content(Session& session, const std::string& word, Requests& requests) {
  auto hit = find_content(session, word);
  if (!hit) return std::move(hit).error();
  requests.push_back({hit->content, std::move(hit->name), "", false, {}});
  return {};
}

// A folder of a peer with all that is in it, or one file. The tree is kept from the folder on.
Result<void> add_from(Session& session, const PeerRecord& peer, std::string path,
                      Requests& requests) {
  while (path.ends_with('/')) path.pop_back();
  const auto above = path.substr(0, path.rfind('/') + 1);  // with its '/', unless empty
  const auto listings_in = [&](const std::string& folder) {
    return session.all<Listing>("/api/v1/peers/" + peer.id.text() +
                                "/files?folder=" + wire::percent_encode(folder));
  };
  auto found = listings_in(path);
  if (found && found->items.empty()) {
    found = listings_in(above.substr(0, above.rfind('/')));
    if (found) std::erase_if(found->items, [&](const auto& one) { return one.path != path; });
  }
  if (!found) return std::move(found).error();
  if (found->items.empty())
    return Error{ErrorCode::not_found,
                 peer.name + " shares no folder or file '" + path + "'; `swapmeet browse " +
                     peer.name + "` shows what there is",
                 {}};
  for (const auto& listing : found->items) {
    if (auto checked = check_path(listing.path); !checked) return checked;
    const auto below = listing.path.substr(above.size());
    const auto slash = below.rfind('/');
    requests.push_back({listing.content,
                        std::string(name_of_path(below)),
                        slash == std::string::npos ? "" : below.substr(0, slash),
                        false,
                        {}});
  }
  return {};
}

Result<Requests> wanted(Session& session) {
  const auto& arguments = session.arguments();
  std::optional<PeerRecord> peer;
  if (arguments.has("--from")) {
    auto found = find_peer(session, arguments.value("--from"));
    if (!found) return std::move(found).error();
    peer = std::move(*found);
  }
  Requests requests;
  for (const auto& word : session.words()) {
    auto added =
        peer ? add_from(session, *peer, word, requests) : add_content(session, word, requests);
    if (!added) return std::move(added).error();
  }
  for (auto& request : requests) {
    if (arguments.has("--folder")) {
      auto folder = std::filesystem::absolute(arguments.value("--folder"));
      if (!request.folder.empty()) folder /= request.folder;
      request.folder = folder.lexically_normal().string();
    }
    request.overwrite = arguments.has("--overwrite");
  }
  return requests;
}

}  // namespace

int get(Session& session) {
  const auto requests = wanted(session);
  if (!requests) return fail(requests.error());
  Page<DownloadStatus> started;
  for (const auto& request : *requests) {
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
