// Folders that people send each other: one offer, one answer, a download for each file.
#include <unistd.h>

#include <fstream>

#include "transfer/swarm/inbox/offer_message.h"
#include "unit/swarm/inbox/inbox_fixture.h"

namespace swapmeet::transfer_swarm {
namespace {

// A download queue that remembers each download by its id.
struct Queues : Queue {
  Result<DownloadStatus> get(const std::string& id) override {
    const auto found = all.find(id);
    if (found == all.end()) return Index::none();
    return found->second;
  }
  Result<DownloadStatus> start_for(const std::string& offer,
                                   const DownloadRequest& request) override {
    auto started = Queue::start_for(offer, request);
    if (started) all[started->id] = *started;
    return started;
  }
  std::map<std::string, DownloadStatus> all;
};

struct FolderNetwork : Network {
  FolderNetwork() {
    write("a.jpg", std::string(20'000, 'a'));
    write("deep/er/a.jpg", std::string(30'000, 'b'));
    write("deep/empty", "");
    write("copy of a.jpg", std::string(20'000, 'a'));
    std::filesystem::create_directories(holidays / "nothing in it");
    std::filesystem::create_symlink("/etc/passwd", holidays / "link");
    bob.real_downloads = &queues;
    open(bob);
  }
  void write(const std::string& path, const std::string& bytes) const {
    std::filesystem::create_directories((holidays / path).parent_path());
    std::ofstream(holidays / path, std::ios::binary) << bytes;
  }
  std::string send_folder() {
    auto offer = ann.inbox->send({holidays.string(), bob.id});
    INFO((offer ? "" : offer.error().message));
    REQUIRE(offer.ok());
    CHECK(offer->files == 4);
    CHECK(offer->size == 70'000);
    ann.inbox->work();
    return offer->id;
  }

  std::filesystem::path holidays = folder.path / "holidays";
  Queues queues;
};

}  // namespace

TEST_CASE("a folder is one offer, and each of its files one download below the folder's name") {
  FolderNetwork net;
  const auto id = net.send_folder();
  const auto offered = net.at(net.bob, id);
  CHECK(offered.state == OfferState::waiting);
  CHECK(offered.name == "holidays");
  CHECK(offered.files == 4);
  CHECK(offered.size == 70'000);
  REQUIRE(net.bob.inbox->accept(id).ok());
  net.bob.inbox->work();
  REQUIRE(net.queues.requests.size() == 4);
  std::map<std::string, DownloadRequest> wanted;
  for (const auto& one : net.queues.requests) wanted[one.folder + '|' + one.name] = one;
  REQUIRE(wanted.count("holidays|a.jpg") == 1);
  REQUIRE(wanted.count("holidays|copy of a.jpg") == 1);
  REQUIRE(wanted.count("holidays/deep/er|a.jpg") == 1);
  REQUIRE(wanted.count("holidays/deep|empty") == 1);
  CHECK(wanted["holidays/deep|empty"].content == kEmptyContent);

  // Each is served to who has the token.
  const auto& deep = wanted["holidays/deep/er|a.jpg"];
  const auto& url = deep.sources.at(0).url;
  const auto token = url.substr(url.find("?offer=") + 7);
  const auto place = net.ann.inbox->place(deep.content, token);
  REQUIRE(place);
  CHECK(place->file == std::filesystem::canonical(net.holidays / "deep/er/a.jpg").string());
  CHECK(place->name == "a.jpg");
  CHECK(net.ann.inbox->tree(deep.content, token)->size == 30'000);
  CHECK_FALSE(net.ann.inbox->place(deep.content, std::string(64, '0')));

  for (auto& [download, status] : net.queues.all) status.state = DownloadState::done;
  net.queues.all[net.queues.all.rbegin()->first].state = DownloadState::running;
  net.bob.inbox->work();
  CHECK(net.at(net.bob, id).state == OfferState::accepted);
  CHECK(net.at(net.ann, id).done > 0);
  CHECK(net.at(net.ann, id).done < 70'000);
  net.open(net.bob);  // what was done is remembered
  for (auto& [download, status] : net.queues.all) status.state = DownloadState::done;
  net.bob.inbox->work();
  CHECK(net.queues.requests.size() == 4);
  CHECK(net.at(net.bob, id).state == OfferState::done);
  CHECK(net.at(net.ann, id).state == OfferState::done);
  CHECK(net.at(net.ann, id).done == 70'000);
  CHECK_FALSE(net.ann.inbox->place(deep.content, token));
}

TEST_CASE("a refused folder says so, and one that is withdrawn ends its downloads") {
  FolderNetwork net;
  const auto refused = net.send_folder();
  REQUIRE(net.bob.inbox->refuse(refused).ok());
  net.bob.inbox->work();
  CHECK(net.at(net.ann, refused).state == OfferState::refused);
  CHECK(net.at(net.ann, refused).why == "bob refused it");
  const auto withdrawn = net.send_folder();
  REQUIRE(net.bob.inbox->accept(withdrawn).ok());
  net.bob.inbox->work();
  REQUIRE(net.ann.inbox->refuse(withdrawn).ok());
  net.ann.inbox->work();
  CHECK(net.at(net.bob, withdrawn).state == OfferState::refused);
  CHECK(net.queues.given_up == std::vector<std::string>{withdrawn});
  CHECK(net.queues.gone.size() == 4);
}

TEST_CASE("cancelled files of a folder do not keep the others") {
  FolderNetwork net;
  const auto id = net.send_folder();
  REQUIRE(net.bob.inbox->accept(id).ok());
  net.bob.inbox->work();
  net.queues.all.erase(net.queues.all.begin());
  net.bob.inbox->work();
  CHECK(net.at(net.bob, id).state == OfferState::accepted);
  for (auto& [download, status] : net.queues.all) status.state = DownloadState::done;
  net.bob.inbox->work();
  CHECK(net.at(net.bob, id).state == OfferState::failed);
  CHECK(net.at(net.ann, id).why.find("1 of 4 files were cancelled") == 0);
}

TEST_CASE("a folder that exists at the receiver is not mixed with the one that is sent") {
  FolderNetwork net;
  std::filesystem::create_directories(net.folder.path / "got/holidays");
  const auto id = net.send_folder();
  REQUIRE(net.bob.inbox->accept(id).ok());
  net.bob.inbox->work();
  for (const auto& one : net.queues.requests) CHECK(one.folder.starts_with("holidays (2)"));
}

TEST_CASE("a folder of which a file changes is not sent as if it had not") {
  FolderNetwork net;
  net.cut = true;
  const auto id = net.send_folder();
  net.cut = false;
  net.write("a.jpg", "other");
  net.clock.advance(61s);
  net.ann.inbox->work();
  CHECK(net.at(net.ann, id).state == OfferState::failed);
  CHECK(net.at(net.ann, id).why == "a.jpg was changed or taken away after it was offered");
}

TEST_CASE("a folder without files, with too many, or with unreadable ones is not sent") {
  FolderNetwork net;
  const auto why = [&](const std::filesystem::path& path) {
    const auto offer = net.ann.inbox->send({path.string(), net.bob.id});
    REQUIRE_FALSE(offer.ok());
    return offer.error().message;
  };
  CHECK(why(net.holidays / "nothing in it").find("has no files in it") != std::string::npos);
  for (int i = 0; i < 5'001; ++i) net.write("many/" + std::to_string(i), "");
  CHECK(
      why(net.holidays).find("has more files, or longer names, than one offer holds (5000 files") !=
      std::string::npos);
}

TEST_CASE("offers that were kept before folders could be sent are still there") {
  const Folder folder;
  const auto file = folder.path / "inbox.sqlite";
  {
    sqlite::Database database(file);
    sqlite::migrate(database, OfferStore::migrations().first(2));
    database.execute(
        "INSERT INTO offers VALUES (1,'x',0,x'01','bob',x'02','film.mkv',5,0,'waiting','','',9,'t',"
        "'/film.mkv',1,2,1,0,'waiting',0,'',0);"
        "INSERT INTO trees VALUES ('x', zeroblob(32), 5, 16384, x'03')");
  }
  OfferStore store(file);
  const auto kept = store.find("x");
  REQUIRE(kept);
  CHECK(kept->offer.files == 0);
  CHECK(kept->path == "/film.mkv");
  CHECK(store.tree("x", ContentId{})->size == 5);
  CHECK(store.files("x").empty());
}

TEST_CASE("files of a folder that no peer sends are not taken") {
  wire::OfferMessage message;
  ContentId content;
  content.bytes[0] = 1;
  message.size = 5;
  message.files = {{"a/b", content, 5}};
  CHECK(check_files(message).ok());
  const auto refused = [&](const char* path, std::uint64_t size, ContentId of) {
    auto wrong = message;
    wrong.files.push_back({path, of, size});
    wrong.size += size;
    return !check_files(wrong).ok();
  };
  CHECK_FALSE(refused("a/c", 5, content));
  CHECK(refused("../c", 5, content));
  CHECK(refused("/etc/passwd", 5, content));
  CHECK(refused("a/./c", 5, content));
  CHECK(refused("a\nb", 5, content));
  CHECK(refused("a/b", 5, content));  // twice
  CHECK(refused("a/c", 0, content));
  CHECK(refused("a/c", 5, kEmptyContent));
  message.size = 6;
  CHECK_FALSE(check_files(message).ok());
}

}  // namespace swapmeet::transfer_swarm
