#include "swapmeet/testing/transfer_contract.h"

#include <algorithm>
#include <map>
#include <mutex>

#include "transfer_checks.h"

namespace swapmeet::testing {
namespace {

using Files = std::map<std::string, ContentId>;

// What a follower of the catalogue knows, who reads it from the start, `limit` changes at a time.
Files files_of(Shares& shares, std::size_t limit = 1000) {
  Files files;
  Revision stands = 0;
  while (true) {
    const auto batch = shares.feed().changes_after(stands, limit);
    REQUIRE(batch.ok());
    REQUIRE(batch->changes.size() <= limit);
    CHECK(batch->base == stands);
    for (const auto& change : batch->changes) {
      CHECK(change.peer.is_zero());  // the peer is the one that announces
      if (change.kind == ChangeKind::put)
        files[change.listing.path] = change.listing.content;
      else if (change.kind == ChangeKind::remove)
        files.erase(change.listing.path);
      else if (change.kind == ChangeKind::clear)
        files.clear();
    }
    if (batch->changes.empty() || batch->upto == stands) return files;
    stands = batch->upto;
  }
}

bool comes_to(Shares& shares, const Files& wanted) {
  if (eventually([&] { return files_of(shares) == wanted; })) return true;
  std::string have;
  for (const auto& [path, content] : files_of(shares)) have += path + ' ' + content.text() + '\n';
  WARN("the catalogue has\n" << have);
  return false;
}

ContentId hex(const char* text) { return *ContentId::parse(text); }

// A file of at most 16 KiB is one leaf of its Merkle tree: its content id is its SHA-256.
const ContentId kHello = hex("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
const ContentId kAbc = hex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");

// Folders come and go by name, and are kept.
void check_share_list(TransferSubject& subject) {
  auto* shares = subject.shares();
  if (!shares) return;
  const TemporaryFolder folder;
  const auto music = (folder.path / "music").string();
  fs::create_directories(music);
  fs::create_directories(folder.path / "films");
  CHECK(shares->list()->empty());
  const auto added = shares->add({"music", music, {}});
  REQUIRE(added.ok());
  CHECK(added->share.name == "music");
  CHECK(added->share.folder == music);
  CHECK_FALSE(added->configured);
  CHECK(is_error(shares->add({"music", folder.path / "films", {}}), ErrorCode::already_exists));
  CHECK(is_error(shares->add({"other", music, {}}), ErrorCode::already_exists));
  CHECK(is_error(shares->add({"films", folder.path / "nowhere", {}}), ErrorCode::not_found));
  for (const std::string& name : {std::string(), std::string("a/b"), std::string(".."),
                                  std::string(65, 'n'), std::string("a\n")}) {
    INFO("name '" << name << "'");
    CHECK(is_error(shares->add({name, folder.path / "films", {}}), ErrorCode::invalid_argument));
  }
  CHECK(is_error(shares->add({"films", "films", {}}), ErrorCode::invalid_argument));
  CHECK(shares->rescan("").ok());
  CHECK(shares->rescan("music").ok());
  CHECK(is_error(shares->rescan("films"), ErrorCode::not_found));
  subject.restart();
  shares = subject.shares();
  REQUIRE(shares->list()->size() == 1);
  CHECK(shares->list()->at(0).share.folder == music);
  CHECK(is_error(shares->remove("films"), ErrorCode::not_found));
  REQUIRE(shares->remove("music").ok());
  CHECK(shares->list()->empty());
  CHECK(is_error(shares->remove("music"), ErrorCode::not_found));
}

// The catalogue: every file under the share's name, by what its bytes are; and a feed.
void check_catalogue(TransferSubject& subject) {
  auto* shares = subject.shares();
  if (!shares) return;
  const TemporaryFolder folder;
  write(folder.path / "s/hello.txt", "hello");
  write(folder.path / "s/deep/er/Ünï code.txt", "abc");
  write(folder.path / "s/empty", "");
  write(folder.path / "s/.hidden", "x");
  write(folder.path / "secret.txt", "secret");
  fs::create_symlink(folder.path / "secret.txt", folder.path / "s/link.txt");
  REQUIRE(shares->add({"x", folder.path / "s", {}}).ok());
  Files files{
      {"x/hello.txt", kHello}, {"x/deep/er/Ünï code.txt", kAbc}, {"x/empty", kEmptyContent}};
  REQUIRE(comes_to(*shares, files));
  REQUIRE(eventually([&] { return shares->list()->at(0).files == 3; }));
  CHECK(shares->list()->at(0).bytes == 8);
  CHECK(files_of(*shares, 1) == files);
  const auto first = *shares->feed().state();
  CHECK_FALSE(first.feed.empty());
  CHECK(is_error(shares->feed().changes_after(first.latest + 1, 10), ErrorCode::conflict));
  // What changes is followed after a rescan at the latest; the feed wakes whoever waits.
  std::atomic<bool> woken{false};
  auto waiting = shares->feed().on_advance([&] { woken = true; });
  write(folder.path / "s/hello.txt", "abc");
  write(folder.path / "s/new.txt", "hello");
  fs::remove(folder.path / "s/empty");
  REQUIRE(shares->rescan("x").ok());
  files = {{"x/hello.txt", kAbc}, {"x/deep/er/Ünï code.txt", kAbc}, {"x/new.txt", kHello}};
  REQUIRE(comes_to(*shares, files));
  CHECK(eventually([&] { return woken.load(); }));  // a moment after the listings changed
  waiting.reset();
  // After a restart it is the same feed and nothing has changed.
  const auto before = *shares->feed().state();
  CHECK(before.latest > first.latest);
  CHECK(before.feed == first.feed);
  subject.restart();
  shares = subject.shares();
  CHECK(shares->feed().state()->feed == before.feed);
  CHECK(files_of(*shares) == files);
  REQUIRE(shares->remove("x").ok());
  CHECK(comes_to(*shares, {}));
}

// Two of a kind: one shares, the other fetches from it.
struct Pair {
  explicit Pair(const MakeTransfer& make, const std::string& bytes)
      : sharing(make()), fetching(make()) {
    write(folder.path / "s/file.bin", bytes);
    REQUIRE(sharing->shares()->add({"x", folder.path / "s", {}}).ok());
    REQUIRE(eventually([&] { return !files_of(*sharing->shares()).empty(); }));
    content = files_of(*sharing->shares()).at("x/file.bin");
  }

  DownloadRequest request(const std::string& name) const {
    const auto url =
        "http://" + sharing->endpoint()->listening().text() + "/content/" + content.text();
    return {.content = content,
            .name = name,
            .folder = "",
            .overwrite = false,
            .sources = {{peer_number(1), "alice", url, 0}}};
  }
  DownloadStatus finished(const std::string& id) {
    auto& downloads = *fetching->downloads();
    REQUIRE(eventually([&] {
      const auto state = downloads.get(id)->state;
      return state == DownloadState::done || state == DownloadState::failed;
    }));
    return *downloads.get(id);
  }

  TemporaryFolder folder;
  std::unique_ptr<TransferSubject> sharing;
  std::unique_ptr<TransferSubject> fetching;
  ContentId content;
};

void check_downloading(const MakeTransfer& make) {
  const auto bytes = some_bytes(300'000);
  Pair pair(make, bytes);
  auto& downloads = *pair.fetching->downloads();
  const auto started = downloads.start(pair.request("my copy.bin"));
  REQUIRE(started.ok());
  CHECK(started->content == pair.content);
  // The same again is the same download.
  CHECK(downloads.start(pair.request("my copy.bin"))->id == started->id);
  CHECK_FALSE(started->folder);
  CHECK(is_error(downloads.files(started->id, {}), ErrorCode::not_found));
  const auto done = pair.finished(started->id);
  INFO(done.why);
  REQUIRE(done.state == DownloadState::done);
  CHECK(done.size == bytes.size());
  CHECK(done.done == bytes.size());
  CHECK(fs::path(done.path).filename() == "my copy.bin");
  CHECK(read(done.path) == bytes);
  CHECK(pair.sharing->uploads()->totals()->sent >= bytes.size());
  // A name is only a name, wherever it would lead.
  const auto folder = fs::path(done.path).parent_path();
  const auto sly = pair.finished(downloads.start(pair.request("../../sly.bin"))->id);
  CHECK(sly.state == DownloadState::done);
  CHECK(fs::weakly_canonical(sly.path).parent_path() == fs::weakly_canonical(folder));
  // What is there is not overwritten: a number is added.
  write(folder / "taken.bin", "mine");
  const auto beside = pair.finished(downloads.start(pair.request("taken.bin"))->id);
  CHECK(beside.state == DownloadState::done);
  CHECK(beside.path != folder / "taken.bin");
  CHECK(read(folder / "taken.bin") == "mine");
  CHECK(read(beside.path) == bytes);
  // Newest first, each once, in pages; kept over a restart; forgotten when cancelled, the file
  // stays.
  pair.fetching->restart();
  auto& again = *pair.fetching->downloads();
  std::vector<std::string> ids;
  PageRequest page{2, ""};
  do {
    const auto list = again.list({page});
    REQUIRE(list.ok());
    CHECK(list->counts.done == 3);
    for (const auto& one : list->items) ids.push_back(one.id);
    page.after = list->next;
  } while (!page.after.empty());
  CHECK(ids == std::vector{beside.id, sly.id, started->id});
  CHECK(again.list({.states = {DownloadState::failed}})->items.empty());
  CHECK(again.list({.id = sly.id.substr(0, 8)})->items.at(0).id == sly.id);
  REQUIRE(again.cancel(started->id).ok());
  CHECK(is_error(again.get(started->id), ErrorCode::not_found));
  CHECK(again.change_all(DownloadChange::cancel).value_or(9) == 0);  // all are done
  CHECK(again.change_all(DownloadChange::clear).value_or(0) == 2);
  CHECK(again.list({})->counts == DownloadCounts{});
  CHECK(read(done.path) == bytes);
}

void check_download_list(TransferSubject& subject) {
  auto* downloads = subject.downloads();
  if (!downloads) return;
  CHECK(downloads->list({})->items.empty());
  for (const auto change : {DownloadChange::pause, DownloadChange::resume, DownloadChange::cancel,
                            DownloadChange::clear})
    CHECK(downloads->change_all(change).value_or(1) == 0);
  DownloadRequest unknown;
  unknown.content = content_number(1);
  CHECK(is_error(downloads->start(unknown), ErrorCode::not_found));
  CHECK(is_error(downloads->start_folder({peer_number(1), "music/album", "", false}),
                 ErrorCode::not_found));
  for (const char* path : {"", "/", "music/../album", "music//album"})
    CHECK(is_error(downloads->start_folder({peer_number(1), path, "", false}),
                   ErrorCode::invalid_argument));
  for (const char* id : {"", "1", "nothing", "../x"}) {
    CHECK(is_error(downloads->get(id), ErrorCode::not_found));
    CHECK(is_error(downloads->files(id, {}), ErrorCode::not_found));
    CHECK(is_error(downloads->pause(id), ErrorCode::not_found));
    CHECK(is_error(downloads->resume(id), ErrorCode::not_found));
    CHECK(is_error(downloads->cancel(id), ErrorCode::not_found));
  }
}

void check_uploads(TransferSubject& subject) {
  auto* uploads = subject.uploads();
  if (!uploads) return;
  CHECK(uploads->list()->empty());
  CHECK(uploads->history({})->items.empty());
  CHECK(uploads->totals()->sent == 0);
  auto* endpoint = subject.endpoint();
  if (!endpoint) return;
  CHECK(endpoint->listening().port != 0);
  CHECK((endpoint->announced_address().empty() || check_host(endpoint->announced_address()).ok()));
}

void check_inbox(TransferSubject& subject) {
  auto* inbox = subject.inbox();
  if (!inbox) return;
  CHECK(inbox->list({})->items.empty());
  for (const char* id : {"", "1", "nothing"}) {
    CHECK(is_error(inbox->get(id), ErrorCode::not_found));
    CHECK(is_error(inbox->accept(id), ErrorCode::not_found));
    CHECK(is_error(inbox->refuse(id), ErrorCode::not_found));
  }
  // Neither a file that is not there nor one for nobody is sent.
  const TemporaryFolder folder;
  write(folder.path / "a.txt", "a");
  CHECK(is_error(inbox->send({folder.path / "nothing.txt", peer_number(1)}), ErrorCode::not_found));
  CHECK(is_error(inbox->send({folder.path / "a.txt", peer_number(1)}), ErrorCode::not_found));
  CHECK(inbox->list({})->items.empty());
}

class TransferPlugin final : public TransferSubject {
 public:
  TransferPlugin(const fs::path& file, const RawSettings& settings, FakeHost::Listen listen)
      : reachable_(listen != nullptr), plugin_(file, settings) {
    plugin_.host().provide<Registry>(registry_);
    plugin_.host().listen_with(std::move(listen));
    plugin_.start();
  }
  Shares* shares() override { return plugin_.find<Shares>(); }
  Downloads* downloads() override { return plugin_.find<Downloads>(); }
  Uploads* uploads() override { return plugin_.find<Uploads>(); }
  PublicEndpoint* endpoint() override { return plugin_.find<PublicEndpoint>(); }
  Inbox* inbox() override { return plugin_.find<Inbox>(); }
  void restart() override { plugin_.restart(); }
  bool reachable() const override { return reachable_; }
  bool introduce(const PeerRecord& peer, const std::vector<Listing>& listings) override {
    registry_.knows(peer, listings);
    return true;
  }

 private:
  const bool reachable_;
  OnePeer registry_;
  PluginUnderTest plugin_;
};

}  // namespace

std::unique_ptr<TransferSubject> transfer_plugin(const fs::path& file, const RawSettings& settings,
                                                 FakeHost::Listen listen) {
  return std::make_unique<TransferPlugin>(file, settings, std::move(listen));
}

void transfer_contract(const MakeTransfer& make) {
  const auto subject = make();
  SECTION("the list of shares") { check_share_list(*subject); }
  SECTION("the catalogue and its feed") { check_catalogue(*subject); }
  SECTION("the list of downloads") { check_download_list(*subject); }
  SECTION("uploads") { check_uploads(*subject); }
  SECTION("the inbox") { check_inbox(*subject); }
  if (subject->reachable() && subject->shares() && subject->downloads() && subject->uploads() &&
      subject->endpoint()) {
    SECTION("downloading from another") { check_downloading(make); }
    SECTION("a folder of another") { check_folder_downloads(make); }
  }
}

}  // namespace swapmeet::testing
