// What people do with downloads and uploads at the command line, with real programs.
#include <signal.h>
#include <sys/stat.h>

#include <algorithm>
#include <thread>

#include "catch.h"
#include "network.h"
#include "swapmeet/wire/json.h"

using namespace e2e;
using Catch::Matchers::Contains;
using swapmeet::wire::from_json;

namespace {

// Ann shares a folder, and bob fetches.
struct ByHand {
  explicit ByHand(const std::string& of_ann = "", const std::string& of_bob = "") {
    write_file(folder.path() / "ann/film.mkv", film);
    write_file(folder.path() / "ann/album/a.txt", "a\n");
    write_file(folder.path() / "ann/album/b.txt", "b\n");
    write_file(folder.path() / "ann/album/c.txt", "c\n");
    fs::create_directories(folder.path() / "bob");
    write_file(ann.ini(),
               peer_ini(folder.path(), "ann", "http://" + address, folder.path() / "ann") + of_ann);
    write_file(bob.ini(),
               peer_ini(folder.path(), "bob", "http://" + address, folder.path() / "bob") + of_bob);
    index.start();
    ann.start();
    bob.start();
    REQUIRE(eventually([&] { return as(bob, {"search", "film"}).code == 0; }));
    REQUIRE(eventually([&] { return as(bob, {"search", "path:album"}).code == 0; }));
    REQUIRE(as(bob, {"search", "film"}).code == 0);  // what `get 1` means
  }
  static Outcome as(const Node& node, std::vector<std::string> words) {
    words.insert(words.end(), {"--config", node.ini().string()});
    return run_program(words);
  }
  std::string script(const std::string& name, const std::string& text) const {
    const auto path = folder.path() / name;
    write_file(path, "#!/bin/sh\n" + text + "\n");
    ::chmod(path.c_str(), 0755);
    return path.string();
  }

  Folder folder;
  const std::string film = random_bytes(3'000'000, 3);
  const std::string address = "127.0.0.1:" + std::to_string(free_port());
  Node index{folder.path(), "index", index_ini(folder.path(), address, "10s")};
  Node ann{folder.path(), "ann", ""};
  Node bob{folder.path(), "bob", ""};
  const fs::path got = folder.path() / "downloads/bob";
};

}  // namespace

TEST_CASE("a damaged file is not called verified and complete, and --overwrite repairs it") {
  ByHand h;
  REQUIRE(h.as(h.bob, {"get", "1"}).code == 0);
  CHECK_THAT(h.as(h.bob, {"get", "1"}).output, Contains("film.mkv is verified and complete"));
  write_file(h.got / "film.mkv", "");
  CHECK_THAT(h.as(h.bob, {"get", "1"}).output, Contains("film (2).mkv is verified and complete"));
  CHECK(read_file(h.got / "film (2).mkv") == h.film);
  const auto repaired = h.as(h.bob, {"get", "1", "--overwrite"});
  CHECK(repaired.code == 0);
  CHECK(read_file(h.got / "film (2).mkv") == h.film);
  write_file(h.got / "film (2).mkv", "other");
  CHECK(h.as(h.bob, {"get", "1", "--overwrite"}).code == 0);
  CHECK(read_file(h.got / "film.mkv") == h.film);
}

TEST_CASE("a folder of which a file was changed is not complete any more") {
  ByHand h;
  const std::vector<std::string> get{"get", "--from", "ann", "files/album"};
  REQUIRE(h.as(h.bob, get).code == 0);
  CHECK_THAT(h.as(h.bob, get).output, Contains("3 files, 6 B, verified and complete"));
  write_file(h.got / "album/b.txt", "x\n");
  fs::remove(h.got / "album/c.txt");
  const auto again = h.as(h.bob, get);
  CHECK(again.code == 1);
  CHECK_THAT(again.output, Contains("2 of 3 files") && Contains("b.txt: its name is taken"));
  CHECK(read_file(h.got / "album/c.txt") == "c\n");
  auto over = get;
  over.emplace_back("--overwrite");
  CHECK(h.as(h.bob, over).code == 0);
  CHECK(read_file(h.got / "album/b.txt") == "b\n");
}

TEST_CASE("downloads shows what is not done, counts the rest, and all of them end at one word") {
  ByHand h("upload_limit = 1\n", "max_downloads = 1\n");
  REQUIRE(h.as(h.bob, {"get", "--from", "ann", "files/album", "--no-wait"}).code == 0);
  const auto twice = h.as(h.bob, {"get", "1", "1", "--no-wait"});
  CHECK(std::count(twice.output.begin(), twice.output.end(), '\n') == 1);
  const auto shown = h.as(h.bob, {"downloads"}).output;
  CHECK_THAT(shown, Contains("running") && Contains((h.got / "album").string() + "/\n") &&
                        Contains("0 of 3 files") && Contains("queued   3.0 MB\n"));
  CHECK_THAT(h.as(h.bob, {"downloads", "pause", "all"}).output, Contains("2 downloads are paused"));
  CHECK_THAT(h.as(h.bob, {"downloads", "--state", "paused"}).output,
             Contains("paused") && Contains("film.mkv"));
  CHECK_THAT(h.as(h.bob, {"downloads", "resume", "all"}).output, Contains("2 downloads go on"));
  write_file(h.ann.ini(),
             peer_ini(h.folder.path(), "ann", "http://" + h.address, h.folder.path() / "ann"));
  ::kill(h.ann.pid(), SIGHUP);
  REQUIRE(eventually(
      [&] {
        return h.as(h.bob, {"downloads"}).output ==
               "Nothing is fetched.\n2 are done: `swapmeet downloads --all` lists all, `swapmeet "
               "downloads clear` forgets what is done\n";
      },
      std::chrono::seconds(60)));
  CHECK_THAT(h.as(h.bob, {"downloads", "--all"}).output, Contains("film.mkv") && Contains("done"));
  const auto page = from_json<swapmeet::DownloadPage>(*h.bob.get("/api/v1/downloads?limit=1"));
  CHECK(page->counts.done == 2);
  const auto cancelled = h.as(h.bob, {"downloads", "cancel", page->items.at(0).id});
  CHECK_THAT(cancelled.output, Contains("is forgotten; it was done, and stays: "));
  CHECK_THAT(h.as(h.bob, {"downloads", "clear"}).output, Contains("1 download is forgotten"));
  CHECK(h.as(h.bob, {"downloads"}).output == "Nothing is fetched.\n");
  CHECK(read_file(h.got / "film.mkv") == h.film);
  CHECK(h.as(h.bob, {"downloads", "pause"}).code == 2);
}

TEST_CASE("who stops waiting for a download is told the id of what goes on") {
  ByHand h("upload_limit = 1\n");
  const auto pid = h.folder.path() / "pid";
  const auto out = h.folder.path() / "out";
  Outcome waits;
  std::thread getting([&] {
    waits = run_command({"sh", "-c",
                         "echo $$ > '" + pid.string() + "'; exec '" + program().string() +
                             "' get 1 --config '" + h.bob.ini().string() + "' > '" + out.string() +
                             "'"});
  });
  // It catches signals before it shows anything.
  const bool shows = eventually([&] { return read_file(out).find('%') != std::string::npos; });
  if (shows) ::kill(std::stoi(read_file(pid)), SIGINT);
  getting.join();
  REQUIRE(shows);
  CHECK(waits.code == 130);
  const auto page = from_json<swapmeet::DownloadPage>(*h.bob.get("/api/v1/downloads"));
  CHECK_THAT(read_file(out), Contains("`swapmeet downloads cancel " +
                                      page->items.at(0).id.substr(0, 8) + "` ends it"));
}

TEST_CASE(
    "uploads name the peer and the whole file, and the history and the log tell who took what") {
  ByHand h("upload_limit = 20000\n");
  REQUIRE(h.as(h.bob, {"get", "1", "--no-wait"}).code == 0);
  REQUIRE(eventually([&] {
    const auto shown = h.as(h.ann, {"uploads"}).output;
    return shown.find("bob  film.mkv") != std::string::npos &&
           shown.find("3.0 MB") != std::string::npos;
  }));
  write_file(h.ann.ini(),
             peer_ini(h.folder.path(), "ann", "http://" + h.address, h.folder.path() / "ann"));
  ::kill(h.ann.pid(), SIGHUP);
  REQUIRE(eventually([&] {
    return h.as(h.ann, {"uploads", "--history"}).output.find("bob  film.mkv  3.0 MB  3.0 MB") !=
           std::string::npos;
  }));
  CHECK_THAT(h.ann.log(), Contains("upload done to=bob address=127.0.0.1 name=film.mkv "
                                   "bytes=3000000 of=3000000"));
  h.ann.signal(SIGTERM);
  h.ann.start();
  const auto history =
      from_json<swapmeet::Page<swapmeet::UploadStatus>>(*h.ann.get("/api/v1/uploads/history"));
  REQUIRE(history->items.size() == 1);
  CHECK(history->items[0].done == h.film.size());
}

TEST_CASE("hooks run with the facts, and a notification is shown where a desktop is") {
  Folder tools;
  const auto tool = [&](const std::string& name, const std::string& text) {
    write_file(tools.path() / name, "#!/bin/sh\n" + text + "\n");
    ::chmod((tools.path() / name).c_str(), 0755);
    return (tools.path() / name).string();
  };
  const auto said = [&](const std::string& name) {
    return "printf '%s|%s|%s|%s' \"$SWAPMEET_EVENT\" \"$SWAPMEET_NAME\" \"$SWAPMEET_PATH\" "
           "\"$SWAPMEET_PEER\" > " +
           (tools.path() / name).string();
  };
  const auto done = tool("done", said("done.out"));
  const auto offer = tool("offer", said("offer.out"));
  tool("notify-send", "printf '%s|' \"$@\" > " + (tools.path() / "notify.out").string());
  ByHand h("on_offer = " + offer + "\n", "on_download_done = " + done + "\n");
  h.bob.signal(SIGTERM);
  auto ini = read_file(h.bob.ini());
  ini.replace(ini.find("notify = no"), 11, "notify = auto");
  write_file(h.bob.ini(), ini);
  h.bob.run_under({"/usr/bin/env", "PATH=" + tools.path().string() + ":/usr/bin:/bin",
                   "DBUS_SESSION_BUS_ADDRESS=unix:path=/nowhere"});
  h.bob.start();
  REQUIRE(h.as(h.bob, {"get", "1"}).code == 0);
  const auto text = [&](const std::string& name) { return read_file(tools.path() / name); };
  REQUIRE(eventually([&] { return text("done.out").ends_with("|ann"); }));
  CHECK(text("done.out") == "download_done|film.mkv|" + (h.got / "film.mkv").string() + "|ann");
  REQUIRE(eventually([&] { return text("notify.out").ends_with("|"); }));
  CHECK_THAT(text("notify.out"),
             Contains("|--|Download done|film.mkv is in " + h.got.string() + "|"));
  write_file(h.folder.path() / "letter.txt", "dear ann\n");
  REQUIRE(
      h.as(h.bob, {"send", (h.folder.path() / "letter.txt").string(), "ann", "--no-wait"}).code ==
      0);
  REQUIRE(eventually([&] { return text("offer.out").ends_with("|bob"); }));
  CHECK(text("offer.out") == "offer|letter.txt||bob");
}

TEST_CASE("a hook whose program is not there stops the start, and is named") {
  ByHand h;
  write_file(h.bob.ini(), read_file(h.bob.ini()) + "on_offer = /no/such/program --x\n");
  const auto checked = h.as(h.bob, {"check"});
  CHECK(checked.code != 0);
  CHECK_THAT(checked.output, Contains("on_offer: there is no program /no/such/program"));
}
