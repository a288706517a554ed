// A folder of a peer with all that is in it, as one download: by the command and the API of real
// programs.
#include <signal.h>

#include <cstdlib>
#include <map>
#include <thread>

#include "catch.h"
#include "network.h"
#include "sharers.h"
#include "swapmeet/wire/json.h"

using namespace e2e;
using swapmeet::DownloadState;
using swapmeet::DownloadStatus;
using swapmeet::FolderFile;
using swapmeet::Page;
using swapmeet::wire::from_json;

namespace {

constexpr std::size_t kSmall = 300;
constexpr std::chrono::seconds kPatience{180};  // on a busy machine
// There and here, where what other systems cannot have in a name is replaced.
const std::map<std::string, std::string> kOddNames{
    {"Köln & Düsseldorf.txt", "Köln & Düsseldorf.txt"},
    {"100 % #1.txt", "100 % #1.txt"},
    {"it's a+b=c;d.txt", "it's a+b=c;d.txt"},
    {"日本.txt", "日本.txt"},
    {"-rf", "-rf"},
    {"CON.txt", "_CON.txt"},
    {"what?.txt", "what_.txt"},
    {"\"twice\".txt", "_twice_.txt"},
    {"two .", "two__"}};

// Of all files below a folder, hidden ones too.
std::map<std::string, std::string> tree(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file())
      files[entry.path().lexically_relative(folder).string()] = read_file(entry.path());
  return files;
}

bool has(const Outcome& outcome, const std::string& text) {
  return outcome.output.find(text) != std::string::npos;
}

// Ann shares an album, and bob wants it.
struct World {
  explicit World(bool slowly = false) {
    for (const char* name : {"XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"})
      ::setenv(name, (folder.path() / name).c_str(), 1);
    for (std::size_t i = 0; i < kSmall; ++i)
      write_file(album / ("disc " + std::to_string(i % 7)) / (std::to_string(i) + ".txt"),
                 random_bytes(i * 67, static_cast<unsigned>(i)));
    write_file(album / "large.bin", random_bytes(5'000'000, 1));  // of several pieces
    write_file(album / "deep/er/and/deeper/empty", "");
    for (const auto& [name, here] : kOddNames) write_file(album / "odd" / name, name);
    fs::create_directories(album / "nothing/in/here");
    fs::create_directories(folder.path() / "bob");
    if (slowly) limit("300k");
    for (Node* node : {&index, &ann, &bob}) node->start();
    files = tree(album);
    for (const auto& [name, here] : kOddNames)
      if (name != here) files["odd/" + here] = name, files.erase("odd/" + name);
    REQUIRE(has_announced(files.size()));
  }
  // Ann, so many files.
  bool has_announced(std::size_t number) {
    return eventually(
        [&] {
          const auto peers = index.get("/api/v1/peers?name=ann");
          const auto page = peers ? from_json<Page<swapmeet::PeerRecord>>(*peers).value_or({})
                                  : Page<swapmeet::PeerRecord>{};
          return page.items.size() == 1 && page.items[0].files == number;
        },
        kPatience);
  }
  // What ann sends, in bytes a second; "0": as fast as it goes.
  void limit(const std::string& rate) {
    write_file(ann.ini(),
               peer_ini(folder.path(), "ann", "http://" + address, folder.path() / "ann") +
                   "upload_limit = " + rate + "\n");
    if (ann.running()) ::kill(ann.pid(), SIGHUP);
  }
  Outcome as_bob(std::vector<std::string> words) {
    words.insert(words.end(), {"--config", bob.ini().string()});
    return run_program(words);
  }
  Outcome get() { return as_bob({"get", "--from", "ann", "files/album"}); }
  // Begins it and does not wait; the id.
  std::string begin() {
    const auto begun = as_bob({"get", "--from", "ann", "files/album", "--no-wait"});
    INFO(begun.output);
    REQUIRE(begun.code == 0);
    const auto list = all();
    REQUIRE(list.size() == 1);
    return list[0].id;
  }
  std::vector<DownloadStatus> all() {
    const auto body = bob.get("/api/v1/downloads");
    return body ? from_json<Page<DownloadStatus>>(*body).value_or({}).items
                : std::vector<DownloadStatus>{};
  }
  DownloadStatus status() {
    const auto list = all();
    return list.size() == 1 ? list[0] : DownloadStatus{};
  }
  swapmeet::FolderCounts counts() { return status().folder.value_or(swapmeet::FolderCounts{}); }
  bool reaches(DownloadState state) {
    return eventually([&] { return status().state == state; }, kPatience);
  }
  bool is_in_the_middle() {
    return eventually([&] { return counts().done >= 5 && !counts().listing; }, kPatience);
  }
  std::vector<FolderFile> not_there(const std::string& id) {
    const auto body = bob.get("/api/v1/downloads/" + id + "/files?limit=1000");
    REQUIRE(body.ok());
    return from_json<Page<FolderFile>>(*body).value_or({}).items;
  }
  std::uint64_t sent() {
    const auto body = ann.get("/api/v1/status");
    const auto report = body ? from_json<swapmeet::wire::StatusReport>(*body).value_or({})
                             : swapmeet::wire::StatusReport{};
    return report.transferred ? report.transferred->sent : 0;
  }
  // How many requests bob's API has answered.
  std::uint64_t asked() {
    const auto metrics = bob.get("/metrics");
    REQUIRE(metrics.ok());
    const std::string name = "\nswapmeet_http_requests_total";
    std::uint64_t sum = 0;
    for (auto at = metrics->find(name); at != std::string::npos; at = metrics->find(name, at + 1)) {
      const auto end = metrics->find('\n', at + 1);
      if (metrics->substr(at, end - at).find("listener=\"api\"") == std::string::npos) continue;
      sum += std::stoull(metrics->substr(metrics->rfind(' ', end) + 1));
    }
    return sum;
  }

  Folder folder;
  const fs::path album = folder.path() / "ann/album";
  const fs::path got = folder.path() / "downloads/bob/album";
  const std::string address = "127.0.0.1:" + std::to_string(free_port());
  Node index{folder.path(), "index", index_ini(folder.path(), address, "30s")};
  Node ann{folder.path(), "ann",
           peer_ini(folder.path(), "ann", "http://" + address, folder.path() / "ann")};
  Node bob{folder.path(), "bob",
           peer_ini(folder.path(), "bob", "http://" + address, folder.path() / "bob")};
  std::map<std::string, std::string> files;  // of the album, as they are here
};

}  // namespace

TEST_CASE("a folder comes as one download, each file under its name; once more fetches nothing") {
  World world;
  const auto got = world.get();
  INFO(got.output);
  CHECK(got.code == 0);
  CHECK(has(got, world.got.string() + ": 311 files, 8.0 MB, verified and complete\n"));
  CHECK(tree(world.got) == world.files);
  CHECK_FALSE(fs::exists(world.got / "nothing"));
  const auto list = world.all();
  REQUIRE(list.size() == 1);
  CHECK(list[0].name == "album");
  CHECK(list[0].size == list[0].done);
  CHECK(world.counts().files == world.files.size());
  CHECK(world.counts().done == world.files.size());
  CHECK(world.not_there(list[0].id).empty());
  const auto table = world.as_bob({"downloads", "--all"});
  CHECK(has(table, "album/"));
  CHECK(has(table, "311 of 311"));
  CHECK(has(world.as_bob({"downloads", "show", list[0].id.substr(0, 8)}), "files    311 of 311\n"));
  CHECK(has(world.as_bob({"downloads", "files", list[0].id.substr(0, 8)}),
            "All files of the folder that are known so far are there"));

  const auto sent = world.sent();
  const auto again = world.get();
  CHECK(again.code == 0);
  CHECK(has(again, "311 files, 8.0 MB, verified and complete"));
  REQUIRE(world.all().size() == 1);
  CHECK(world.all()[0].id == list[0].id);
  CHECK(world.sent() == sent);
  CHECK(tree(world.got) == world.files);
}

TEST_CASE("a folder is asked for by one request, however many files it has") {
  World world;
  const auto before = world.asked();
  const auto got = world.as_bob({"get", "--from", "ann", "files/album", "--no-wait"});
  CHECK(got.code == 0);
  // Which peer, is it a folder, fetch it; and the question how many there were.
  CHECK(world.asked() - before == 4);
  REQUIRE(world.reaches(DownloadState::done));
  // A single file of it is a download of its own.
  const auto elsewhere = world.folder.path() / "elsewhere";
  const auto file = world.as_bob(
      {"get", "--from", "ann", "files/album/odd/日本.txt", "-o", elsewhere.string(), "--json"});
  const auto started = from_json<Page<DownloadStatus>>(file.output);
  REQUIRE(started.ok());
  CHECK_FALSE(started->items.at(0).folder);
  CHECK(eventually([&] { return fs::exists(elsewhere / "日本.txt"); }));
  // Several at once, a folder and a file.
  const auto both = world.as_bob({"get", "--from", "ann", "files/album/odd/",
                                  "files/album/large.bin", "-o", elsewhere.string()});
  INFO(both.output);
  CHECK(both.code == 0);
  CHECK(has(both, (elsewhere / "odd").string() + ": 9 files, "));
  CHECK(has(both, (elsewhere / "large.bin").string() + " is verified and complete"));
  CHECK(tree(elsewhere / "odd") == tree(world.folder.path() / "downloads/bob/album/odd"));
  const auto nothing = world.as_bob({"get", "--from", "ann", "files/alb"});
  CHECK(nothing.code == 3);
  CHECK(has(nothing, "ann shares no folder or file 'files/alb'"));
}

TEST_CASE("a file whose name another content has stops alone, and comes when it is asked for") {
  World world;
  write_file(world.got / "disc 3/3.txt", "mine");
  write_file(world.got / "disc 4/4.txt", world.files.at("disc 4/4.txt"));  // is there already
  const auto got = world.get();
  INFO(got.output);
  CHECK(got.code == 1);
  CHECK(has(got, "310 of 311 files, "));
  CHECK(has(got, "1 was not fetched:\n  disc 3/3.txt: "));
  CHECK(read_file(world.got / "disc 3/3.txt") == "mine");
  auto there = world.files;
  there["disc 3/3.txt"] = "mine";
  CHECK(tree(world.got) == there);
  const auto status = world.status();
  CHECK(status.state == DownloadState::failed);
  CHECK(status.why.find("1 of 311 files") != std::string::npos);
  const auto failed = world.not_there(status.id);
  REQUIRE(failed.size() == 1);
  CHECK(failed[0].path == "disc 3/3.txt");
  CHECK(failed[0].state == DownloadState::failed);
  CHECK_FALSE(failed[0].why.empty());
  CHECK(has(world.as_bob({"downloads"}), "310 of 311, 1 failed"));
  CHECK(has(world.as_bob({"downloads", "files", status.id}), "disc 3/3.txt: " + failed[0].why));

  fs::remove(world.got / "disc 3/3.txt");
  CHECK(world.as_bob({"downloads", "resume", status.id}).code == 0);
  CHECK(world.reaches(DownloadState::done));
  CHECK(tree(world.got) == world.files);
}

TEST_CASE("a folder that is overwritten replaces what has other contents") {
  World world;
  write_file(world.got / "disc 3/3.txt", "mine");
  CHECK(world.as_bob({"get", "--from", "ann", "files/album", "--overwrite"}).code == 0);
  CHECK(tree(world.got) == world.files);
}

TEST_CASE("a host that is killed in the middle of a folder completes it when it is back") {
  World world(true);
  world.begin();
  for (int round = 0; round < 3; ++round) {
    REQUIRE(world.is_in_the_middle());
    const auto done = world.counts().done;
    world.bob.signal(SIGKILL);
    world.bob.start();
    CHECK(world.counts().files == world.files.size());
    CHECK(world.counts().done + 1000 > done);
    REQUIRE(eventually([&] { return world.counts().done > done || done == world.files.size(); },
                       kPatience));
  }
  world.limit("0");
  REQUIRE(world.reaches(DownloadState::done));
  CHECK(tree(world.got) == world.files);
}

TEST_CASE("Ctrl-C leaves a folder to the host and says so; a host that is stopped goes on later") {
  World world(true);
  const auto pid = world.folder.path() / "pid";
  Outcome got;
  std::thread getting([&] {
    got = run_command({"sh", "-c",
                       "echo $$ > '" + pid.string() + "'; exec '" + program().string() +
                           "' get --from ann files/album --config '" + world.bob.ini().string() +
                           "'"});
  });
  const bool in_the_middle = world.is_in_the_middle();
  if (in_the_middle) ::kill(std::stoi(read_file(pid)), SIGINT);
  getting.join();
  REQUIRE(in_the_middle);
  CHECK(got.code == 130);
  CHECK(has(got,
            "The host goes on with it: `swapmeet downloads` shows it; `swapmeet downloads cancel " +
                world.status().id.substr(0, 8) + "` ends it\n"));
  CHECK(world.status().state == DownloadState::running);
  CHECK(world.bob.signal(SIGTERM) == 0);
  CHECK(world.bob.log().find("left behind") == std::string::npos);
  world.limit("0");
  world.bob.start();
  REQUIRE(world.reaches(DownloadState::done));
  CHECK(tree(world.got) == world.files);
}

TEST_CASE("a folder pauses, goes on, and is cancelled without hidden files left behind") {
  World world(true);
  const auto id = world.begin();
  REQUIRE(world.is_in_the_middle());
  CHECK(world.as_bob({"downloads", "pause", id}).code == 0);
  REQUIRE(world.reaches(DownloadState::paused));
  const auto done = world.counts().done;
  CHECK(done < world.files.size());
  CHECK(world.not_there(id).size() == world.files.size() - done);
  CHECK(world.counts().done == done);

  SECTION("it goes on") {
    world.limit("0");
    CHECK(world.as_bob({"downloads", "resume", id}).code == 0);
    REQUIRE(world.reaches(DownloadState::done));
    CHECK(tree(world.got) == world.files);
  }
  SECTION("it is cancelled while it runs") {
    CHECK(world.as_bob({"downloads", "resume", id}).code == 0);
    REQUIRE(eventually([&] { return world.counts().done > done; }));
  }
  SECTION("it is cancelled while it is paused") {}
  if (world.status().state == DownloadState::done) return;
  CHECK(world.as_bob({"downloads", "cancel", id}).code == 0);
  CHECK(world.all().empty());
  CHECK(world.as_bob({"downloads", "files", id}).code == 3);
  // What was complete stays, whole, and nothing else.
  const auto left = tree(world.folder.path() / "downloads/bob");
  CHECK_FALSE(left.empty());
  for (const auto& [path, bytes] : left) {
    INFO(path);
    REQUIRE(path.starts_with("album/"));
    REQUIRE(world.files.count(path.substr(6)) == 1);
    CHECK(bytes == world.files.at(path.substr(6)));
  }
}

TEST_CASE("files that change or rot at the source stop alone, each with its reason") {
  World world(true);
  const auto id = world.begin();
  REQUIRE(world.is_in_the_middle());
  CHECK(world.as_bob({"downloads", "pause", id}).code == 0);
  REQUIRE(world.reaches(DownloadState::paused));
  const auto missing = world.not_there(id);
  REQUIRE(missing.size() > 100);
  // The last ones: of the first some may be here already, and only not be recorded.
  std::vector<std::string> small;
  for (const auto& one : missing)
    if (one.path.starts_with("disc 6/")) small.push_back(one.path);
  REQUIRE(small.size() > 10);
  const auto& changed = small.at(small.size() - 2);
  const auto& gone = small.at(small.size() - 5);
  const auto& rotten = small.at(small.size() - 7);  // ann knows by its ctime alone
  write_file(world.album / changed, "changed");
  fs::remove(world.album / gone);
  rot(world.album / rotten);
  world.limit("0");
  CHECK(world.as_bob({"downloads", "resume", id}).code == 0);
  const bool ended = world.reaches(DownloadState::failed);
  INFO(world.as_bob({"downloads", "show", id}).output);
  INFO(world.as_bob({"downloads", "files", id}).output);
  REQUIRE(ended);
  const auto failed = world.not_there(id);
  REQUIRE(failed.size() == 3);
  for (const auto& one : failed) {
    INFO(one.path << ": " << one.why);
    CHECK((one.path == changed || one.path == gone || one.path == rotten));
    CHECK(one.state == DownloadState::failed);
    CHECK(one.why == "ann: it answered 404 Not Found");
    CHECK_FALSE(fs::exists(world.got / one.path));
  }
  CHECK(world.counts().failed == 3);
  auto there = world.files;
  for (const auto& path : {changed, gone, rotten}) there.erase(path);
  CHECK(tree(world.got) == there);
}

TEST_CASE("of two files that would have the same name here, one stays out with its reason") {
  World world;
  write_file(world.folder.path() / "ann/pair/tw?", "one");
  write_file(world.folder.path() / "ann/pair/tw_", "other");
  REQUIRE(world.has_announced(world.files.size() + 2));
  const auto got = world.as_bob({"get", "--from", "ann", "files/pair"});
  INFO(got.output);
  CHECK(got.code == 1);
  CHECK(has(got, "1 of 2 files, "));
  const auto here = tree(world.folder.path() / "downloads/bob/pair");
  CHECK(here.size() == 1);
  CHECK(here.count("tw_") == 1);
}
