// get: fetch files, and watch them come.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <variant>

#include "host/cli/commands.h"
#include "host/cli/display.h"
#include "host/cli/download_text.h"
#include "host/cli/folder_proof.h"
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

// What became of those that are over.
void print_ends(Session& session, const std::vector<DownloadStatus>& all) {
  std::size_t done = 0;
  std::size_t single = 0;
  for (const auto& one : all) {
    const bool good = one.state == DownloadState::done;
    if (!one.folder) {
      ++single;
      if (good) ++done;
    }
    if (!is_over(one) || (good && !one.folder && all.size() > kToldOneByOne)) continue;
    std::vector<FolderFile> failed;
    if (one.folder && one.state == DownloadState::failed) {
      auto page = session.ask<Page<FolderFile>>(
          "GET", fmt::format("/api/v1/downloads/{}/files?limit={}", one.id, kFilesTold));
      if (page) failed = std::move(page->items);  // without them it is told how many failed
    }
    fmt::print("{}", end_text(one, failed));
  }
  if (single > 0 && all.size() > kToldOneByOne)
    fmt::print("{} of {} are verified and complete\n", human_count(done), counted(single, "file"));
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
  print_ends(session, all);
  if (std::all_of(all.begin(), all.end(), is_over))
    return std::all_of(all.begin(), all.end(),
                       [](const auto& one) { return one.state == DownloadState::done; })
               ? 0
               : 1;
  fmt::print("{}", going_on_text(all));
  return 130;
}

using Orders = std::vector<wire::DownloadOrder>;

Result<void> add_content(Session& session, const std::string& word, Orders& orders) {
  auto hit = find_content(session, word);
  if (!hit) return std::move(hit).error();
  orders.emplace_back(DownloadRequest{hit->content, std::move(hit->name), "", false, {}});
  return {};
}

std::string files_in(const PeerRecord& peer, const std::string& folder) {
  return "/api/v1/peers/" + peer.id.text() + "/files?folder=" + wire::percent_encode(folder);
}

// The listing of that path, from the list of what is beside it: page by page, for that may be much.
// They come in order of path.
Result<std::optional<Listing>> find_file(Session& session, const PeerRecord& peer,
                                         const std::string& path) {
  const auto slash = path.rfind('/');
  const auto beside = files_in(peer, slash == std::string::npos ? "" : path.substr(0, slash));
  for (std::string after;;) {
    auto page = session.ask<Page<Listing>>(
        "GET", beside + "&limit=1000&after=" + wire::percent_encode(after));
    if (!page) return std::move(page).error();
    for (auto& one : page->items) {
      if (one.path == path) return std::optional(std::move(one));
      if (one.path > path) return std::optional<Listing>();
    }
    if (page->next.empty()) return std::optional<Listing>();
    after = std::move(page->next);
  }
}

// A folder of a peer with all that is in it, as one download, or one file.
Result<void> add_from(Session& session, const PeerRecord& peer, std::string path, Orders& orders) {
  while (path.ends_with('/')) path.pop_back();
  if (path.empty())
    return wrong_usage("which folder? `swapmeet browse " + peer.name + "` shows what there is");
  const auto one_below = session.ask<Page<Listing>>("GET", files_in(peer, path) + "&limit=1");
  if (!one_below) return one_below.error();
  if (!one_below->items.empty()) {
    orders.emplace_back(FolderRequest{peer.id, std::move(path), "", false});
    return {};
  }
  const auto file = find_file(session, peer, path);
  if (!file) return file.error();
  if (!*file)
    return Error{ErrorCode::not_found,
                 peer.name + " shares no folder or file '" + path + "'; `swapmeet browse " +
                     peer.name + "` shows what there is",
                 {}};
  orders.emplace_back(
      DownloadRequest{(*file)->content, std::string(name_of_path(path)), "", false, {}});
  return {};
}

Result<Orders> wanted(Session& session) {
  const auto& arguments = session.arguments();
  std::optional<PeerRecord> peer;
  if (arguments.has("--from")) {
    auto found = find_peer(session, arguments.value("--from"));
    if (!found) return std::move(found).error();
    peer = std::move(*found);
  }
  Orders orders;
  for (const auto& word : session.words()) {
    auto added = peer ? add_from(session, *peer, word, orders) : add_content(session, word, orders);
    if (!added) return std::move(added).error();
  }
  std::string place;
  if (arguments.has("--folder"))
    place = std::filesystem::absolute(arguments.value("--folder")).lexically_normal().string();
  for (auto& order : orders)
    std::visit(
        [&](auto& request) {
          request.folder = place;
          request.overwrite = arguments.has("--overwrite");
        },
        order);
  return orders;
}

Result<DownloadStatus> begin(Session& session, wire::DownloadOrder order) {
  const auto post = [&] {
    const auto body = std::visit([](const auto& one) { return wire::to_json(one); }, order);
    return session.ask<DownloadStatus>("POST", "/api/v1/downloads", body);
  };
  auto begun = post();
  if (begun || begun.error().code != ErrorCode::not_allowed) return begun;
  const auto folder = std::visit([](const auto& one) { return one.folder; }, order);
  const auto proof = folder.empty() ? std::nullopt : FolderProof::put_into(folder);
  if (!proof) return begun;
  std::visit([&](auto& one) { one.proof = proof->name(); }, order);
  return post();
}

}  // namespace

int get(Session& session) {
  const auto orders = wanted(session);
  if (!orders) return fail(orders.error());
  Page<DownloadStatus> started;
  for (const auto& order : *orders) {
    auto download = begin(session, order);
    if (!download) return fail(download.error());
    const auto is_same = [&](const DownloadStatus& one) { return one.id == download->id; };
    if (std::none_of(started.items.begin(), started.items.end(), is_same))
      started.items.push_back(std::move(*download));
  }
  if (session.json()) return print_json(wire::to_json(started));
  if (!session.arguments().has("--no-wait")) return follow(session, std::move(started.items));
  for (const auto& one : started.items)
    fmt::print("{}  {}\n", one.id.substr(0, 8), printable(one.path));
  return 0;
}

}  // namespace swapmeet::cli
