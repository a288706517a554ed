// Shares as a whole: catalogue, scanner and watcher together, over real folders.
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <future>

#include "catch.h"
#include "transfer/swarm/scan/scanner.h"
#include "transfer/swarm/scan/share_list.h"
#include "transfer/swarm/scan/watcher.h"
#include "unit/swarm/scan/shared_folder.h"

namespace swapmeet::transfer_swarm {
namespace {

namespace fs = std::filesystem;

struct Sharing {
  Folder data;
  Folder shared;
  testing::ManualClock clock;
  Catalogue catalogue{data.path / "catalogue.sqlite", clock};
  Scanner scanner;
  Watcher watcher;
  ShareList shares;

  explicit Sharing(WatchOptions watch = {}, ScanOptions scan = {})
      : scanner(catalogue, clock, on_demand(std::move(scan))),
        watcher([this](const Scope& scope) { scanner.request(scope); }, clock, std::move(watch)),
        shares(catalogue, scanner, watcher, {}) {}
  ~Sharing() { scanner.stop(); }
  static ScanOptions on_demand(ScanOptions scan) {
    scan.scan_at_start = false;
    return scan;
  }

  void share(const std::string& name = "s") {
    REQUIRE(shares.add({name, shared.path.string(), {}}));
    REQUIRE(settles());
  }
  ShareStatus status() { return shares.list()->at(0); }
  bool comes_to(const std::function<bool()>& holds) { return eventually(catalogue, clock, holds); }
  bool settles() {
    return comes_to([&] { return !status().scanning; });
  }
  bool has(const std::string& path) {
    for (const auto& file : catalogue.files(catalogue.shares().at(0).key, "", "", 10'000))
      if (file.path == path) return true;
    return false;
  }
  bool gets(const std::string& path) {
    return comes_to([&] { return has(path); });
  }
  bool loses(const std::string& path) {
    return comes_to([&] { return !has(path); });
  }
};

TEST_CASE("a share is scanned and watched") {
  Sharing host;
  host.shared.write("a.txt", "abc");
  host.shared.write("deep/er/b.txt", "b");
  host.shared.write(".hidden", "no");
  host.shared.write("x.swapmeet-part", "no");
  host.share();
  CHECK(host.shares.add({"s", "/tmp", {}}).error().code == ErrorCode::already_exists);
  CHECK(host.status().files == 2);
  CHECK(host.status().problem == "");
  CHECK(host.catalogue.places(tree_of("abc").content).size() == 1);

  host.shared.write("new/c.txt", "c");
  CHECK(host.gets("new/c.txt"));
  host.shared.write("a.txt", "changed");
  CHECK(host.comes_to([&] { return !host.catalogue.places(tree_of("changed").content).empty(); }));
  CHECK_FALSE(host.catalogue.tree(tree_of("abc").content));
  fs::remove_all(host.shared.path / "deep");
  CHECK(host.loses("deep/er/b.txt"));
  REQUIRE(host.shares.remove("s"));
  CHECK(host.shares.remove("s").error().code == ErrorCode::not_found);
  CHECK(host.shares.rescan("s").error().code == ErrorCode::not_found);
}

TEST_CASE("another audience of a share is told of each of its files, and counts at once") {
  Sharing host;
  host.shared.write("a.txt", "abc");
  host.shared.write("b.txt", "b");
  host.share();
  const auto before = host.catalogue.state()->latest;
  const Audience friends{false, {"friends"}, {"bob"}, true};
  CHECK(host.shares.set_audience("s", friends)->share.audience == friends);
  CHECK(host.catalogue.places(tree_of("abc").content).at(0).audience == friends);
  const auto batch = host.catalogue.changes_after(before, 10).value();
  REQUIRE(batch.changes.size() == 2);
  for (const auto& change : batch.changes) CHECK(change.listing.audience == friends);
  CHECK(host.shares.set_audience("s", {true, {}, {}, true})->share.audience == Audience{});
  CHECK(host.shares.set_audience("other", friends).error().code == ErrorCode::not_found);
  CHECK(host.shares.set_audience("s", {false, {}, {}}).error().code == ErrorCode::invalid_argument);
  REQUIRE(host.shares.configure({{"s", host.shared.path.string(), {}}}, {}, std::chrono::hours(1)));
  CHECK(host.shares.set_audience("s", friends).error().code == ErrorCode::conflict);
}

TEST_CASE("what moves is followed, and only what was renamed itself is read again") {
  Sharing host;
  const Folder outside;
  for (const auto* name : {"a/1", "a/in/2", "a/in/3", "b/4"}) host.shared.write(name, name);
  host.share();
  const auto hashed = host.scanner.totals().hashed_files;
  CHECK(hashed == 4);
  const auto& root = host.shared.path;

  fs::rename(root / "b/4", root / "b/four");  // a file
  CHECK(host.gets("b/four"));
  CHECK(host.loses("b/4"));
  fs::rename(root / "a", root / "moved");  // a folder
  CHECK(host.gets("moved/in/3"));
  CHECK(host.loses("a/in/3"));
  fs::rename(root / "moved/in", root / "b/in");  // into another
  CHECK(host.gets("b/in/2"));
  CHECK(host.loses("moved/in/2"));
  fs::rename(root / "b", outside.path / "b");  // out
  CHECK(host.loses("b/in/2"));
  CHECK(host.loses("b/four"));
  fs::rename(outside.path / "b", root / "back");  // and in again
  CHECK(host.gets("back/in/2"));
  CHECK(host.gets("back/four"));
  REQUIRE(host.settles());
  CHECK(host.scanner.totals().hashed_files == hashed + 1);  // b/four, once

  // The watches moved along, too.
  host.shared.write("back/in/new", "new");
  CHECK(host.gets("back/in/new"));
  fs::remove(root / "back/in/2");
  CHECK(host.loses("back/in/2"));
}

TEST_CASE("a share under another name, or a second one of the same files, is not read again") {
  Sharing host;
  host.shared.write("in/a", "abc");
  host.shared.write("in/b", "b");
  host.share();
  REQUIRE(host.shares.add({"part", (host.shared.path / "in").string(), {}}));
  const auto count = [&](std::size_t index) { return host.shares.list()->at(index).files; };
  CHECK(host.comes_to([&] { return count(0) == 2; }));  // "part" sorts first
  REQUIRE(host.shares.remove("part"));
  REQUIRE(host.shares.remove("s"));
  REQUIRE(host.shares.add({"again", host.shared.path.string(), {}}));
  CHECK(host.comes_to([&] { return count(0) == 2; }));
  CHECK(host.scanner.totals().hashed_files == 2);
}

TEST_CASE("an event has only the touched folder scanned") {
  Sharing host;
  for (int i = 0; i < 300; ++i) host.shared.write("many/" + std::to_string(i), "x");
  host.shared.write("few/1", "1");
  host.share();
  const auto walked = host.scanner.totals().walked_files;
  host.shared.write("few/2", "2");
  CHECK(host.gets("few/2"));
  host.shared.write("top", "t");
  CHECK(host.gets("top"));
  CHECK(host.scanner.totals().walked_files < walked + 50);
}

TEST_CASE("files in folders that are made faster than they are watched are found") {
  Sharing host;
  host.share();
  for (int i = 0; i < 20; ++i) {
    const auto top = "n" + std::to_string(i);
    host.shared.write(top + "/a/b/c/d/e/f/g/file", "x");
    host.shared.write(top + "/a/b/other", "y");
  }
  CHECK(host.comes_to([&] { return host.status().files == 40; }));
}

TEST_CASE("links, special files and odd names do no harm") {
  Sharing host;
  const Folder outside;
  outside.write("secret", "secret");
  const auto& root = host.shared.path;
  fs::create_symlink(outside.path / "secret", root / "link");
  fs::create_directory_symlink(outside.path, root / "folder");
  host.shared.write("loop/file", "x");
  fs::create_directory_symlink(root, root / "loop/up");
  REQUIRE(mkfifo((root / "fifo").c_str(), 0600) == 0);
  const int socket_file = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  (root / "socket").string().copy(address.sun_path, sizeof address.sun_path - 1);
  REQUIRE(bind(socket_file, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  close(socket_file);
  for (const std::string name : {"bad\xff\xfe", "line\nbreak", "Köln ☃ 名前.txt", "\xe2\x80\x9b"})
    host.shared.write(name, name);
  host.share();
  CHECK(host.status().files == 5);
  CHECK(host.status().problem == "");
  CHECK(host.has("bad\xff\xfe"));
  const auto feed = host.catalogue.changes_after(0, 100);
  REQUIRE(feed);
  for (const auto& change : feed->changes) CHECK(check_path(change.listing.path));
}

TEST_CASE("a path that becomes too long to be listed is left out and said") {
  Sharing host;
  // Each byte that is not UTF-8 is shown as five.
  auto folder = host.shared.path;
  for (int i = 0; i < 5; ++i) folder /= std::string(200, '\xff');
  fs::create_directories(folder);
  std::ofstream(folder / "file") << "x";
  host.shared.write("fine", "y");
  host.share();
  CHECK(host.status().files == 1);
  CHECK(host.status().problem.find("1 file or folder is left out") != std::string::npos);
  CHECK(host.status().problem.find("4,096") != std::string::npos);
  fs::remove(folder / "file");
  CHECK(host.comes_to([&] { return host.status().problem.empty(); }));
}

TEST_CASE("what is larger than the disk has room for is still taken by its size") {
  Sharing host;
  host.shared.write("sparse", "");
  fs::resize_file(host.shared.path / "sparse", std::uintmax_t{6} << 30);
  REQUIRE(host.shares.add({"s", host.shared.path.string(), {}}));
  CHECK(host.comes_to([&] {
    return host.status().waiting_bytes == std::uintmax_t{6} << 30 || host.status().files == 1;
  }));
}

TEST_CASE("patterns leave out files and folders, and can change while running") {
  ScanOptions scan;
  scan.ignore = *IgnoreRules::parse({"*.tmp"});
  Sharing host({}, scan);
  host.shared.write("a.tmp", "a");
  host.shared.write("node_modules/b", "b");
  host.shared.write("c", "c");
  REQUIRE(host.shares.configure({{"s", host.shared.path.string()}},
                                *IgnoreRules::parse({"*.TMP", "node_modules/"}),
                                std::chrono::hours(1)));
  REQUIRE(host.settles());
  CHECK(host.status().files == 1);
  REQUIRE(host.shares.configure({{"s", host.shared.path.string()}}, {}, std::chrono::hours(1)));
  CHECK(host.comes_to([&] { return host.status().files == 3; }));
  host.shared.write("node_modules/more", "m");  // watched from now on
  CHECK(host.gets("node_modules/more"));
  REQUIRE(host.shares.configure({{"s", host.shared.path.string()}}, *IgnoreRules::parse({"c"}),
                                std::chrono::hours(1)));
  CHECK(host.loses("c"));
  REQUIRE(host.shares.configure({}, {}, std::chrono::hours(1)));
  CHECK(host.shares.list()->empty());
}

TEST_CASE("a watch limit is said and the rescan finds the changes") {
  Sharing host(WatchOptions{.never = {}, .most_watches = 2, .log = nullptr});
  for (const auto* name : {"a/1", "b/2", "c/3"}) host.shared.write(name, name);
  host.share();
  CHECK(host.comes_to(
      [&] { return host.status().problem.find("max_user_watches") != std::string::npos; }));
  for (const auto* name : {"a/new", "b/new", "c/new"}) host.shared.write(name, name);
  REQUIRE(host.shares.rescan("s"));
  CHECK(host.comes_to([&] { return host.status().files == 6; }));
}

TEST_CASE("when more happens than the kernel's queue holds, everything is looked at again") {
  testing::ManualClock clock;
  const Folder shared;
  shared.write("new/file", "x");
  std::promise<void> blocked;
  std::promise<void> release;
  auto released = release.get_future().share();
  std::mutex mutex;
  std::condition_variable told;
  int calls = 0;
  Watcher watcher(
      [&](const Scope& scope) {
        {
          const std::lock_guard lock(mutex);
          CHECK(scope.is_whole());
          ++calls;
          told.notify_all();
        }
        if (calls == 1) {
          blocked.set_value();
          released.wait();
        }
      },
      clock, {});
  watcher.watch("s", shared.path.string(), {});
  blocked.get_future().wait();
  std::ifstream limit("/proc/sys/fs/inotify/max_queued_events");
  int most = 16384;
  limit >> most;
  for (int i = 0; i < most / 2 + 10; ++i) {  // a name each, as equal events are merged
    const auto name = shared.path / ("f" + std::to_string(i));
    close(creat(name.c_str(), 0600));
    unlink(name.c_str());
  }
  release.set_value();
  std::unique_lock lock(mutex);
  CHECK(told.wait_for(lock, std::chrono::minutes(3), [&] { return calls >= 2; }));
}

}  // namespace
}  // namespace swapmeet::transfer_swarm
