#include <algorithm>
#include <map>

#include "transfer_checks.h"

namespace swapmeet::testing {

void OnePeer::knows(const PeerRecord& peer, const std::vector<Listing>& listings) {
  const std::lock_guard lock(mutex_);
  peer_ = peer;
  listings_ = listings;
  std::sort(listings_.begin(), listings_.end(),
            [](const auto& one, const auto& other) { return one.path < other.path; });
}

Result<PeerRecord> OnePeer::peer(const PeerId& id, const Identity&) {
  const std::lock_guard lock(mutex_);
  if (id.is_zero() || id != peer_.id) return EmptyRegistry::peer(id, {});
  return peer_;
}

Result<Page<Listing>> OnePeer::browse(const PeerId& id, const BrowseQuery& query) {
  const std::lock_guard lock(mutex_);
  if (id.is_zero() || id != peer_.id) return EmptyRegistry::browse(id, query);
  Page<Listing> page;
  for (const auto& listing : listings_) {
    if (!listing.path.starts_with(query.folder + '/') || listing.path <= query.page.after) continue;
    if (page.items.size() == query.page.limit) {
      page.next = page.items.back().path;
      break;
    }
    page.items.push_back(listing);
  }
  return page;
}

namespace {

std::vector<Listing> listings_of(Shares& shares) {
  std::map<std::string, Listing> listings;
  const auto batch = shares.feed().changes_after(0, 1000);
  REQUIRE(batch.ok());
  for (const auto& change : batch->changes)
    if (change.kind == ChangeKind::put) listings[change.listing.path] = change.listing;
  std::vector<Listing> all;
  all.reserve(listings.size());
  for (auto& [path, listing] : listings) all.push_back(std::move(listing));
  return all;
}

// Two of a kind: one shares an album, and the other knows of it.
struct Album {
  explicit Album(const MakeTransfer& make) : sharing(make()), fetching(make()) {
    for (const auto& [path, bytes] : files) write(folder.path / "s/album" / path, bytes);
    write(folder.path / "s/beside.txt", "not of the album");
    auto& shares = *sharing->shares();
    REQUIRE(shares.add({"x", folder.path / "s", {}}).ok());
    REQUIRE(eventually([&] { return listings_of(shares).size() == files.size() + 1; }));
    const auto listening = sharing->endpoint()->listening();
    PeerRecord alice;
    alice.id = peer_number(1);
    alice.name = "alice";
    alice.address = listening.host;
    alice.port = listening.port;
    alice.present = true;
    is_known = fetching->introduce(alice, listings_of(shares));
  }
  DownloadStatus ended(const std::string& id) {
    auto& downloads = *fetching->downloads();
    REQUIRE(eventually([&] {
      const auto state = downloads.get(id)->state;
      return state == DownloadState::done || state == DownloadState::failed;
    }));
    return *downloads.get(id);
  }

  const std::map<std::string, std::string> files{{"a.txt", "a"},
                                                 {"deep/er/b.bin", some_bytes(300'000)},
                                                 {"deep/empty", ""},
                                                 {"large.bin", some_bytes(3'000'000)}};
  TemporaryFolder folder;
  std::unique_ptr<TransferSubject> sharing;
  std::unique_ptr<TransferSubject> fetching;
  bool is_known = false;
};

void check_complete(const Album& album, const DownloadStatus& status) {
  INFO(status.why);
  REQUIRE(status.state == DownloadState::done);
  CHECK(status.name == "album");
  REQUIRE(status.folder);
  CHECK(status.folder->files == album.files.size());
  CHECK(status.folder->done == album.files.size());
  CHECK(status.folder->failed == 0);
  CHECK_FALSE(status.folder->listing);
  CHECK(status.size == 3'300'001);
  CHECK(status.done == status.size);
  for (const auto& [path, bytes] : album.files) {
    INFO(path);
    CHECK(read(fs::path(status.path) / path) == bytes);
  }
}

}  // namespace

void check_folder_downloads(const MakeTransfer& make) {
  Album album(make);
  if (!album.is_known) return;
  const FolderRequest request{peer_number(1), "x/album", "", false};
  auto* downloads = album.fetching->downloads();
  const auto started = downloads->start_folder(request);
  REQUIRE(started.ok());
  const auto id = started->id;
  CHECK(started->folder);
  CHECK(started->content.is_zero());
  const auto done = album.ended(id);
  check_complete(album, done);
  CHECK(downloads->files(id, {})->items.empty());
  CHECK(is_error(downloads->start_folder({peer_number(1), "x/nothing", "", false}),
                 ErrorCode::not_found));
  // However many files it has, it is one download; the same again is the same.
  CHECK(downloads->start_folder(request)->id == id);
  check_complete(album, album.ended(id));
  CHECK(downloads->list({})->items.size() == 1);
  // A name that another content has stops that file, and no other.
  fs::remove(fs::path(done.path) / "large.bin");
  write(fs::path(done.path) / "a.txt", "mine");
  CHECK(downloads->start_folder(request)->id == id);
  const auto failed = album.ended(id);
  CHECK(failed.state == DownloadState::failed);
  CHECK_FALSE(failed.why.empty());
  CHECK(failed.folder->done == album.files.size() - 1);
  CHECK(failed.folder->failed == 1);
  CHECK(read(fs::path(done.path) / "a.txt") == "mine");
  CHECK(read(fs::path(done.path) / "large.bin") == album.files.at("large.bin"));
  album.fetching->restart();  // it is kept
  downloads = album.fetching->downloads();
  const auto missing = downloads->files(id, {});
  REQUIRE(missing.ok());
  REQUIRE(missing->items.size() == 1);
  CHECK(missing->items[0].path == "a.txt");
  CHECK(missing->items[0].state == DownloadState::failed);
  CHECK_FALSE(missing->items[0].why.empty());
  fs::remove(fs::path(done.path) / "a.txt");
  REQUIRE(downloads->resume(id).ok());
  check_complete(album, album.ended(id));
  // Forgotten, and what is there stays.
  REQUIRE(downloads->cancel(id).ok());
  CHECK(is_error(downloads->files(id, {}), ErrorCode::not_found));
  CHECK(read(fs::path(done.path) / "a.txt") == "a");
}

}  // namespace swapmeet::testing
