// Every command of the README with real programs: what it prints, and its exit code.
#include <csignal>
#include <cstdlib>
#include <sstream>
#include <thread>

#include "catch.h"
#include "network.h"
#include "swapmeet/wire/json.h"

using namespace e2e;
using swapmeet::wire::from_json;

namespace {

bool has(const Outcome& outcome, const std::string& text) {
  return outcome.output.find(text) != std::string::npos;
}

struct World {
  World() {
    for (const char* name : {"XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"})
      ::setenv(name, (folder.path() / name).c_str(), 1);
    ::setenv("HOME", (folder.path() / "home").c_str(), 1);
    ::unsetenv("SWAPMEET_HOST");
    ::unsetenv("SWAPMEET_TOKEN");
    write_file(folder.path() / "ann/music/Summer \x1b[2J Song.mp3", "la la la\n");
    write_file(folder.path() / "ann/music/Winter Song.mp3", "lo lo lo\n");
    fs::create_directories(folder.path() / "bob");
    for (Node* node : {&index, &ann, &bob}) node->start();
  }
  ~World() { ::unsetenv("SWAPMEET_HOST"); }

  Outcome as_bob(std::vector<std::string> words, const std::string& input = "") {
    words.insert(words.end(), {"--config", bob.ini().string()});
    return run_program(words, input);
  }
  Outcome as_ann(std::vector<std::string> words) {
    words.insert(words.end(), {"--config", ann.ini().string()});
    return run_program(words);
  }

  Folder folder;
  std::string address = "127.0.0.1:" + std::to_string(free_port());
  Node index{folder.path(), "index", index_ini(folder.path(), address, "30s")};
  Node ann{folder.path(), "ann",
           peer_ini(folder.path(), "ann", "http://" + address, folder.path() / "ann")};
  Node bob{folder.path(), "bob",
           peer_ini(folder.path(), "bob", "http://" + address, folder.path() / "bob")};
};

std::string first_word(const std::string& text) {
  std::istringstream in(text);
  std::string word;
  in >> word;
  return word;
}

}  // namespace

TEST_CASE("a person is told what was searched for instead, and what the words may become") {
  World world;
  REQUIRE(eventually([&] { return has(world.as_bob({"search", "song"}), "2 of 2 found"); }));
  const auto found = world.as_bob({"search", "wintr"});
  CHECK(found.code == 0);
  CHECK(has(found, "Next to nothing found for 'wintr'; also searched for 'winter'"));
  CHECK(has(found, "1 of 1 found"));
  const auto suggested = world.bob.call("GET", "/api/v1/search/suggest?q=song%20win");
  REQUIRE(suggested.ok());
  CHECK(*suggested == R"({"suggestions":["song Winter"]})");
}

TEST_CASE("a watch tells of files as they appear, also from an index that was away") {
  World world;
  REQUIRE(eventually([&] { return has(world.as_bob({"search", "song"}), "2 of 2 found"); }));
  Outcome watched;
  // Ends when the host of the one who watches does.
  std::thread watching([&] { watched = world.as_bob({"watch", "rome", "ext:mp3", "--get"}); });
  const auto got = world.folder.path() / "downloads/bob";
  const auto appears = [&](const std::string& name) {
    for (int i = 0; i < 30; ++i) {  // until it is watched for
      const auto file = name + ' ' + std::to_string(i) + ".mp3";
      write_file(world.folder.path() / "ann/music" / file, file);
      if (eventually([&] { return fs::exists(got / file); }, std::chrono::seconds(3))) return true;
    }
    return false;
  };
  CHECK(appears("Live at Rome"));
  CHECK(world.index.signal(SIGTERM) == 0);
  world.index.start();
  CHECK(appears("Again in Rome"));
  CHECK(world.bob.signal(SIGTERM) == 0);
  watching.join();
  CHECK(watched.code == 5);
  CHECK(has(watched, "Watching for new files"));
  CHECK(has(watched, "Live at Rome"));
  CHECK(has(watched, "is fetched to"));
}

TEST_CASE("events tells what happens on a host, until it stops") {
  World world;
  const auto file = [&](const std::string& name) { return world.folder.path() / name; };
  const auto tell = [&](const std::string& more, const std::string& name) {
    return run_command({"sh", "-c",
                        program().string() + " events --config " + world.index.ini().string() +
                            more + " > " + file(name).string() + " 2>&1"});
  };
  Outcome told;
  Outcome as_json;
  std::thread telling([&] { told = tell("", "told"); });
  std::thread json([&] { as_json = tell(" --topics peer,search --json", "json"); });
  const auto both_tell = [&](const std::string& text, const std::string& json_text) {
    return read_file(file("told")).find(text) != std::string::npos &&
           read_file(file("json")).find(json_text) != std::string::npos;
  };
  CHECK(eventually([&] {  // once they listen
    world.as_bob({"search", "nothing"});
    return both_tell("search.asked     query=nothing hits=0",
                     R"({"topic":"search.asked","query":"nothing","account":"","hits":0)");
  }));
  CHECK(world.bob.signal(SIGTERM) == 0);
  CHECK(eventually([&] { return both_tell("peer.left        peer=", R"("topic":"peer.left")"); }));
  write_file(world.folder.path() / "ann/music/New.mp3", "new");
  CHECK(eventually([&] { return both_tell("count=1 paths=files/music/New.mp3", "peer.left"); }));
  CHECK(world.index.signal(SIGTERM) == 0);
  telling.join();
  json.join();
  CHECK(told.code == 5);
  CHECK(as_json.code == 5);
  CHECK(read_file(file("json")).find("listing.added") == std::string::npos);
  const auto wrong =
      run_program({"events", "--topics", "peers", "--config", world.ann.ini().string()});
  CHECK(wrong.code == 2);
  CHECK(has(wrong, "there is no topic 'peers'; there are peer.joined"));
}

TEST_CASE("the commands of a person do what the README says") {
  World world;
  REQUIRE(eventually([&] { return has(world.as_bob({"search", "song"}), "2 of 2 found"); }));

  SECTION("a whole folder") {
    write_file(world.folder.path() / "ann/music/live/rome/one.mp3", "one\n");
    write_file(world.folder.path() / "ann/music/live/two.mp3", "two\n");
    REQUIRE(eventually([&] { return has(world.as_bob({"search", "live"}), "2 of 2 found"); }));
    const auto place = world.folder.path() / "got";
    const auto got =
        world.as_bob({"get", "--from", "ann", "files/music/live/", "-o", place.string()});
    CHECK(got.code == 0);
    CHECK(read_file(place / "live/rome/one.mp3") == "one\n");
    CHECK(read_file(place / "live/two.mp3") == "two\n");
    CHECK(world.as_bob({"get", "--from", "ann", "files/music/live", "-o", place.string()}).code ==
          0);
    CHECK_FALSE(fs::exists(place / "live/two (2).mp3"));
    CHECK(world.as_bob({"get", "--from", "ann", "files/music/Winter Song.mp3"}).code == 0);
    CHECK(read_file(world.folder.path() / "downloads/bob/Winter Song.mp3") == "lo lo lo\n");
    const auto nothing = world.as_bob({"get", "--from", "ann", "files/music/li"});
    CHECK(nothing.code == 3);
    CHECK(has(nothing, "ann shares no folder or file 'files/music/li'"));
  }

  SECTION("looking around") {
    const auto found = world.as_bob({"search", "song", "-winter"});
    CHECK(found.code == 0);
    CHECK(has(found, "#  NAME"));
    CHECK(has(found, "1 of 1 found"));
    CHECK(found.output.find('\x1b') == std::string::npos);
    CHECK(world.as_bob({"search", "nothing-like-it"}).code == 3);
    const auto wrong = world.as_bob({"search", "size>huge"});
    CHECK(wrong.code == 2);
    CHECK(has(wrong, "  size>huge\n"));

    const auto status = world.as_bob({"status"});
    CHECK(status.code == 0);
    for (const auto& part : std::vector<std::string>{
             "bob: peer", "http://" + world.address + ", reachable", "transfer.swarm",
             "present    2 of 2 peers", "in total   0 B sent"})
      CHECK(has(status, part));
    CHECK(has(world.as_bob({"peers"}), "ann"));
    const auto browsed = world.as_bob({"browse", "ann", "--all"});
    CHECK(has(browsed, "files/music/Winter Song.mp3"));
    CHECK(world.as_bob({"browse", "nobody"}).code == 3);
    CHECK(has(world.as_bob({"share", "list"}), "files"));
    CHECK(world.as_bob({"uploads"}).code == 0);
  }

  SECTION("every listing is JSON when asked") {
    const auto json = [&](const std::vector<std::string>& words) {
      auto all = words;
      all.emplace_back("--json");
      return world.as_bob(all).output;
    };
    CHECK(from_json<swapmeet::SearchPage>(json({"search", "song"})).ok());
    CHECK(from_json<swapmeet::Page<swapmeet::PeerRecord>>(json({"peers"})).ok());
    CHECK(from_json<swapmeet::Page<swapmeet::Listing>>(json({"browse", "ann", "--all"}))
              ->items.size() == 2);
    CHECK(from_json<swapmeet::FolderLevel>(json({"browse", "ann"}))->folders.size() == 1);
    CHECK(from_json<swapmeet::Page<swapmeet::DownloadStatus>>(json({"downloads"})).ok());
    CHECK(from_json<swapmeet::Page<swapmeet::Offer>>(json({"inbox"})).ok());
    CHECK(from_json<std::vector<swapmeet::ShareStatus>>(json({"share"})).ok());
    CHECK(from_json<std::vector<swapmeet::UploadStatus>>(json({"uploads"})).ok());
    CHECK(from_json<swapmeet::wire::StatusReport>(json({"status"})).ok());
    const auto plugins = world.as_bob({"plugins", "--json"});
    CHECK(has(plugins, R"("state":"enabled","section":"transfer")"));
  }

  SECTION("fetching") {
    const auto browsed = world.as_bob({"browse", "ann", "--all"});
    const auto got = world.as_bob({"get", "1", "2"});
    INFO(got.output);
    CHECK(got.code == 0);
    CHECK(has(got, "Winter Song.mp3 is verified and complete"));
    CHECK(got.output.find('\x1b') == std::string::npos);
    CHECK(read_file(world.folder.path() / "downloads/bob/Winter Song.mp3") == "lo lo lo\n");
    const auto elsewhere = world.folder.path() / "elsewhere";
    CHECK(world.as_bob({"get", "Winter Song.mp3", "-o", elsewhere.string()}).code == 0);
    CHECK(read_file(elsewhere / "Winter Song.mp3") == "lo lo lo\n");
    CHECK(has(world.as_bob({"downloads"}), "done"));
    const auto own = world.folder.path() / "bob/my own.mp3";
    write_file(own, "mine\n");
    REQUIRE(eventually([&] { return has(world.as_bob({"search", "own"}), "1 of 1 found"); }));
    const auto mine = world.as_bob({"get", "my own.mp3"});
    CHECK(mine.code == 1);
    CHECK(has(mine, "my own.mp3 is in a share of this host itself, as " + own.string() +
                        ", and nobody else has it\n"));
    CHECK(world.as_bob({"get", "99"}).code == 3);
    CHECK(world.as_bob({"get", "no such name"}).code == 3);
    CHECK(world.as_bob({"downloads", "cancel", "zzz"}).code == 3);
    const auto list = from_json<swapmeet::Page<swapmeet::DownloadStatus>>(
        world.as_bob({"downloads", "--json"}).output);
    REQUIRE(list.ok());
    const auto id = list->items.at(0).id;
    CHECK(world.as_bob({"downloads", "cancel", id.substr(0, 8)}).code == 0);
    CHECK(world.as_bob({"downloads", "cancel", id}).code == 3);
  }

  SECTION("sending, accepting, refusing") {
    const auto letter = world.folder.path() / "letter.txt";
    write_file(letter, "dear ann\n");
    const auto sent = world.as_bob({"send", letter.string(), "ann", "--no-wait"});
    REQUIRE(sent.code == 0);
    const auto id = first_word(sent.output);
    REQUIRE(eventually([&] { return has(world.as_ann({"inbox"}), "letter.txt"); }));
    CHECK(world.as_ann({"inbox", "accept", id}).code == 0);
    REQUIRE(eventually([&] { return has(world.as_bob({"inbox"}), "done"); }));
    CHECK(read_file(world.folder.path() / "downloads/ann/letter.txt") == "dear ann\n");
    CHECK(world.as_ann({"inbox", "accept", id}).code == 1);  // decided already

    const auto again = world.as_bob({"send", letter.string(), "ann", "--no-wait"});
    REQUIRE(eventually([&] { return has(world.as_ann({"inbox"}), first_word(again.output)); }));
    CHECK(world.as_ann({"inbox", "refuse", first_word(again.output)}).code == 0);
    REQUIRE(eventually([&] { return has(world.as_bob({"inbox"}), "ann refused it"); }));
    CHECK(world.as_ann({"inbox", "refuse", "zzz"}).code == 3);
    const auto letters = world.folder.path() / "letters";
    write_file(letters / "old/one.txt", "1");
    write_file(letters / "two.txt", "2");
    const auto folder = world.as_bob({"send", letters.string(), "ann", "--no-wait"});
    CHECK(has(folder, "letters/ (2 files) is offered to ann"));
    REQUIRE(eventually([&] { return has(world.as_ann({"inbox"}), "letters/ (2 files)"); }));
    CHECK(has(world.as_ann({"inbox", "accept", first_word(folder.output)}),
              "letters/ (2 files) is fetched from bob"));
    const auto got = world.folder.path() / "downloads/ann/letters";
    CHECK(
        eventually([&] { return fs::exists(got / "old/one.txt") && fs::exists(got / "two.txt"); }));
    const auto none = world.folder.path() / "none";
    fs::create_directories(none);
    CHECK(world.as_bob({"send", none.string(), "ann"}).code != 0);
    CHECK(world.as_bob({"send", letter.string(), "nobody"}).code == 3);
    CHECK(world.as_bob({"send", "/no/such/file", "ann"}).code == 3);
  }

  SECTION("sharing") {
    const auto more = world.folder.path() / "more";
    write_file(more / "x.txt", "x");
    CHECK(world.as_bob({"share", "add", "more", more.string()}).code == 0);
    CHECK(has(world.as_bob({"share", "add", more.string()}), "is shared already, as 'more'"));
    CHECK(has(world.as_bob({"share"}), more.string()));
    CHECK(world.as_bob({"share", "rescan"}).code == 0);
    CHECK(world.as_bob({"share", "remove", "more"}).code == 0);
    CHECK(world.as_bob({"share", "remove", "more"}).code == 3);
    CHECK(world.as_bob({"share", "add"}).code == 2);
  }

  SECTION("who may not, and where nobody is") {
    const auto stranger = run_program({"downloads", "--host", world.bob.url()});
    CHECK(stranger.code == 4);
    CHECK(has(stranger, "swapmeet login"));
    CHECK(run_program({"peers", "--host", "127.0.0.1:1"}).code == 5);
    ::setenv("SWAPMEET_HOST", world.index.url().c_str(), 1);
    CHECK(has(run_program({"peers"}), "ann"));
    CHECK(run_program({"login", "ann"}, "secret\n").code == 1);  // no accounts here
    CHECK(run_program({"login", "ann"}).code == 2);              // no password
    CHECK(run_program({"logout"}).code == 0);
    CHECK(run_program({"account", "list"}).code == 1);
  }
}

TEST_CASE("wrong usage is said in a sentence, and help is never far") {
  for (const std::vector<std::string>& words : {std::vector<std::string>{"serach", "x"},
                                                {"search"},
                                                {"search", "x", "--jsn"},
                                                {"send", "x"},
                                                {"status", "now"},
                                                {"get", "--folder"},
                                                {"account", "paint", "x"},
                                                {"init", "castle"},
                                                {"inbox", "burn", "1"},
                                                {"downloads", "stop", "1"},
                                                {"downloads", "files"},
                                                {"help", "serach"},
                                                {"run", "--frist"}}) {
    const auto outcome = run_program(words);
    INFO(words[0] << ": " << outcome.output);
    CHECK(outcome.code == 2);
    CHECK(outcome.output.starts_with("swapmeet"));
  }
  const auto help = run_program({});
  CHECK(help.code == 0);
  for (const std::string command :
       {"init",   "run",    "check", "plugins", "plugin",    "status",  "peers",
        "browse", "search", "watch", "get",     "downloads", "uploads", "share",
        "send",   "inbox",  "login", "logout",  "account",   "backup",  "version"}) {
    CHECK(has(help, "\n  " + command));
    const auto one = run_program({"help", command});
    CHECK(one.code == 0);
    CHECK(has(one, "usage: swapmeet " + command));
    CHECK(run_program({command, "--help"}).output == one.output);
  }
}

TEST_CASE("the version is told by a command and by an option") {
  const auto version = run_program({"version"});
  CHECK(version.code == 0);
  CHECK(version.output.starts_with("swapmeet "));
  CHECK(run_program({"--version"}).output == version.output);
  CHECK(run_program({"version", "2"}).code == 2);
}

TEST_CASE("the README shows what the program prints") {
  const Folder folder;
  const auto home = (folder.path() / "home").string();
  ::setenv("HOME", home.c_str(), 1);
  for (const char* name : {"XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"}) ::unsetenv(name);
  const char* source = std::getenv("SWAPMEET_SOURCE");
  const auto readme = read_file(fs::path(source ? source : ".") / "README.md");
  const auto shown = [&](const Outcome& outcome) {
    auto text = outcome.output;
    for (auto at = text.find(home); at != std::string::npos; at = text.find(home))
      text.replace(at, home.size(), "/home/ann");
    INFO(text);
    CHECK(outcome.code == 0);
    CHECK(readme.find(text) != std::string::npos);
  };
  write_file(folder.path() / "home/Music/Live at Wembley.flac", "");
  fs::resize_file(folder.path() / "home/Music/Live at Wembley.flac", 31'457'280);
  const auto address = "127.0.0.1:" + std::to_string(free_port());
  Node index(folder.path(), "index", index_ini(folder.path(), address, "30s"));
  auto ini = peer_ini(folder.path(), "ann", "http://" + address, folder.path() / "home/Music");
  ini.replace(ini.find("share.files"), std::string("share.files").size(), "share.Music");
  ini.replace(ini.find("name = ann"), std::string("name = ann").size(), "name = ann@attic");
  Node ann(folder.path(), "ann", ini);
  index.start();
  ann.start();
  const std::vector<std::string> search{"search", "live", "--config", ann.ini().string()};
  REQUIRE(eventually([&] { return has(run_program(search), "1 of 1 found"); }));
  shown(run_program(search));
}

TEST_CASE("init writes configurations that pass the check, and never overwrites") {
  const Folder folder;
  fs::create_directories(folder.path() / "Music");
  const auto place = (folder.path() / "mine").string();
  CHECK(run_program({"init", "index", place}).code == 0);
  const auto made = run_program({"init", "peer", place, "--index", "http://127.0.0.1:8888",
                                 "--share", (folder.path() / "Music").string(), "--name", "zoe"});
  CHECK(made.code == 0);
  CHECK(has(made, "swapmeet run --config " + place + "/peer.ini"));
  for (const std::string name : {"/index.ini", "/peer.ini"}) {
    const auto checked = run_program({"check", "--config", place + name});
    INFO(checked.output);
    CHECK(checked.code == 0);
  }
  write_file(place + "/peer.ini", "mine");
  CHECK(run_program({"init", "peer", place}).code == 1);
  CHECK(read_file(place + "/peer.ini") == "mine");

  ::setenv("XDG_CONFIG_HOME", (folder.path() / "xdg").c_str(), 1);
  const auto usual = run_program({"init", "peer"});
  CHECK(usual.code == 0);
  CHECK(has(usual, "Next: swapmeet run\n"));
  CHECK(fs::exists(folder.path() / "xdg/swapmeet/peer.ini"));
}
