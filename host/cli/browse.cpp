// browse: what a peer shares, a folder at a time.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "host/cli/commands.h"
#include "host/cli/display.h"
#include "host/cli/human.h"
#include "host/cli/level_text.h"
#include "host/cli/lookup.h"
#include "swapmeet/attributes.h"
#include "swapmeet/listing.h"
#include "swapmeet/media_type.h"

namespace swapmeet::cli {
namespace {

constexpr std::size_t kDepth = 3;             // of a tree, unless asked otherwise
constexpr std::size_t kRemembered = 100'000;  // files that `get NUMBER` knows

std::string target(const PeerRecord& peer, const char* what, const std::string& folder,
                   const std::string& after) {
  return "/api/v1/peers/" + peer.id.text() + what + "?folder=" + wire::percent_encode(folder) +
         "&limit=1000&after=" + wire::percent_encode(after);
}

Error no_folder(const PeerRecord& peer, const std::string& folder) {
  return {ErrorCode::not_found,
          peer.name + " shares no folder '" + folder + "'; `swapmeet browse " + peer.name +
              "` shows what there is",
          {}};
}

// One level with all its pages.
Result<FolderLevel> level_of(Session& session, const PeerRecord& peer, const std::string& folder) {
  FolderLevel whole;
  do {
    auto page = session.ask<FolderLevel>("GET", target(peer, "/folders", folder, whole.next));
    if (!page && page.error().code == ErrorCode::not_found) return no_folder(peer, folder);
    if (!page) return page;
    std::move(page->folders.begin(), page->folders.end(), std::back_inserter(whole.folders));
    std::move(page->files.begin(), page->files.end(), std::back_inserter(whole.files));
    whole.next = std::move(page->next);
  } while (!whole.next.empty());
  return whole;
}

Hit hit_of(const Listing& listing, const PeerRecord& peer) {
  Hit hit;
  hit.content = listing.content;
  hit.name = name_of_path(listing.path);
  hit.path = listing.path;
  hit.size = listing.size;
  hit.type = media_type_of(hit.name);
  hit.sources = 1;
  hit.peer = peer.id;
  return hit;
}

// Shares that are there and for others; nothing when the host cannot tell.
std::vector<std::string> locked_of(Session& session, const PeerRecord& peer) {
  const auto body = session.call("GET", "/api/v1/peers/" + peer.id.text());
  const auto record = body ? wire::from_json<PeerRecord>(*body) : body.error();
  return record ? record->locked : std::vector<std::string>();
}

int print_level(Session& session, const PeerRecord& peer, const std::string& folder) {
  const auto level = level_of(session, peer, folder);
  if (!level) return fail(level.error());
  SearchPage shown;
  for (const auto& file : level->files) shown.hits.push_back(hit_of(file, peer));
  shown.total = shown.hits.size();
  remember(shown);
  if (session.json()) return print_json(wire::to_json(*level));
  const auto locked = folder.empty() ? locked_of(session, peer) : std::vector<std::string>();
  const auto sum = sum_of(*level);
  if (!sum.empty()) {
    table_of(*level).print();
    fmt::print("{}\n", sum);
  } else if (locked.empty()) {
    fmt::print("{} shares nothing.\n", printable(peer.name));
  }
  for (const auto& name : locked) fmt::print("{}/ is locked: it is for others\n", printable(name));
  return 0;
}

// Those below a folder, as deep as asked.
Result<std::vector<TreeFolder>> tree_of(Session& session, const PeerRecord& peer,
                                        const std::string& folder, std::size_t depth) {
  std::vector<TreeFolder> tree;
  auto level = level_of(session, peer, folder);
  if (!level) return std::move(level).error();
  for (auto& one : level->folders) {
    TreeFolder branch{std::move(one)};
    if (depth > 1) {
      auto below = tree_of(session, peer, folder_prefix(folder) + branch.folder.name, depth - 1);
      if (!below) return below;
      branch.below = std::move(*below);
    }
    tree.push_back(std::move(branch));
  }
  return tree;
}

int print_tree(Session& session, const PeerRecord& peer, const std::string& folder) {
  const auto text = session.arguments().value("--depth");
  const auto depth = text.empty() ? kDepth : static_cast<std::size_t>(std::atoi(text.c_str()));
  if (depth < 1 || depth > 32 || text.find_first_not_of("0123456789") != std::string::npos)
    return fail(wrong_usage("--depth takes a number from 1 to 32, not '" + text + "'"));
  const auto tree = tree_of(session, peer, folder, depth);
  if (!tree) return fail(tree.error());
  fmt::print("{}{}\n{}", printable(peer.name), printable(folder.empty() ? "" : ": " + folder),
             tree_text(*tree));
  return 0;
}

void print_file(std::uint64_t number, const Listing& file) {
  const auto said = about(file.attributes);
  fmt::print("{:>7} {:>8}  {}{}{}\n", number, human_size(file.size), printable(file.path),
             said.empty() ? "" : "  ", printable(said));
}

// Every file below, as they come: while a page is printed, the next one is asked for.
class AllFiles {
 public:
  AllFiles(Session& session, const PeerRecord& peer, const std::string& folder)
      : session_(session), peer_(peer), folder_(folder) {}

  Result<void> read() {
    auto page = ask("");
    while (page) {
      std::future<Result<Page<Listing>>> next;
      if (!page->next.empty())
        next = std::async(std::launch::async, [this, after = page->next] { return ask(after); });
      for (auto& file : page->items) take(std::move(file));
      if (!next.valid()) return {};
      page = next.get();
    }
    return std::move(page).error();
  }
  const SearchPage& shown() const { return shown_; }
  const Page<Listing>& listed() const { return listed_; }
  std::uint64_t bytes() const { return bytes_; }

 private:
  Result<Page<Listing>> ask(const std::string& after) {
    return session_.ask<Page<Listing>>("GET", target(peer_, "/files", folder_, after));
  }
  void take(Listing file) {
    bytes_ = saturating_sum(bytes_, file.size);
    ++shown_.total;
    if (shown_.hits.size() < kRemembered) shown_.hits.push_back(hit_of(file, peer_));
    if (session_.json())
      listed_.items.push_back(std::move(file));
    else
      print_file(shown_.total, file);
  }

  Session& session_;
  const PeerRecord& peer_;
  const std::string& folder_;
  SearchPage shown_;  // as many as are remembered
  Page<Listing> listed_;
  std::uint64_t bytes_ = 0;
};

int print_all(Session& session, const PeerRecord& peer, const std::string& folder) {
  AllFiles all(session, peer, folder);
  if (auto read = all.read(); !read) return fail(read.error());
  if (all.shown().total == 0 && !folder.empty()) return fail(no_folder(peer, folder));
  remember(all.shown());
  if (session.json()) return print_json(wire::to_json(all.listed()));
  fmt::print("{}, {}\n", counted(all.shown().total, "file"), human_size(all.bytes()));
  return 0;
}

}  // namespace

int browse(Session& session) {
  const auto& words = session.words();
  const auto peer = find_peer(session, words[0]);
  if (!peer) return fail(peer.error());
  const auto folder = words.size() == 2 ? words[1] : std::string();
  if (session.arguments().has("--all")) return print_all(session, *peer, folder);
  if (session.arguments().has("--tree") || session.arguments().has("--depth"))
    return print_tree(session, *peer, folder);
  return print_level(session, *peer, folder);
}

}  // namespace swapmeet::cli
