// The scanner alone: what it reads and writes, how it goes on after a crash, and shares whose
// folder is away.
#include "transfer/swarm/scan/scanner.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "catch.h"
#include "swapmeet/testing/manual_clock.h"
#include "unit/swarm/scan/shared_folder.h"
#include "unit/swarm/scan/unprivileged.h"

namespace swapmeet::transfer_swarm {
namespace {

namespace fs = std::filesystem;

constexpr int kFiles = 3000;

void write_many(const Folder& folder) {
  for (int i = 0; i < kFiles; ++i)
    folder.write(std::to_string(i % 30) + '/' + std::to_string(i), "file " + std::to_string(i));
}

struct Scanned {
  Catalogue& catalogue;
  Scanner& scanner;
  std::string name = "s";
  bool settles() const {
    return eventually(catalogue, [&] { return !scanner.progress(name).scanning; });
  }
  bool again() const {
    scanner.request(name);
    return settles();
  }
  std::uint64_t files() const { return catalogue.counts(catalogue.share(name)->key).files; }
};

TEST_CASE("many small files take few transactions, and a second scan neither reads nor writes") {
  const Folder data;
  const Folder shared;
  write_many(shared);
  testing::ManualClock clock;
  Catalogue catalogue(data.path / "catalogue.sqlite", clock);
  catalogue.put_share({"s", shared.path.string(), {}}, false);
  ScanOptions options;
  options.longest_batch = std::chrono::hours(1);  // else a slow machine's are smaller
  Scanner scanner(catalogue, clock, options);
  const Scanned scanned{catalogue, scanner};
  REQUIRE(scanned.settles());
  CHECK(scanned.files() == kFiles);
  CHECK(scanner.totals().hashed_files == kFiles);
  CHECK(catalogue.commits() < kFiles / 20);

  const auto commits = catalogue.commits();
  const auto walked = scanner.totals().walked_files;
  REQUIRE(scanned.again());
  CHECK(scanner.totals().walked_files == walked + kFiles);
  CHECK(scanner.totals().hashed_files == kFiles);
  CHECK(catalogue.commits() == commits);
}

TEST_CASE("a scan that is killed in the middle goes on where it was") {
  const Folder data;
  const Folder shared;
  write_many(shared);
  const auto database = data.path / "catalogue.sqlite";
  int tell[2];
  REQUIRE(pipe(tell) == 0);
  const pid_t child = fork();
  if (child == 0) {
    testing::ManualClock clock;
    Catalogue catalogue(database, clock);
    catalogue.put_share({"s", shared.path.string(), {}}, false);
    const auto registration = catalogue.on_advance([&] {
      if (write(tell[1], "x", 1) == 1) pause();  // dies here, with work in hand
    });
    ScanOptions options;
    options.most_in_batch = kFiles / 3;
    Scanner scanner(catalogue, clock, options);
    pause();
    _exit(0);
  }
  close(tell[1]);  // the child's alone, so that its early end is seen
  char byte = 0;
  REQUIRE(read(tell[0], &byte, 1) == 1);
  kill(child, SIGKILL);
  REQUIRE(waitpid(child, nullptr, 0) == child);
  close(tell[0]);

  testing::ManualClock clock;
  Catalogue catalogue(database, clock);
  const auto kept = catalogue.counts(catalogue.share("s")->key).files;
  CHECK(kept > 0);
  CHECK(kept < kFiles);
  Scanner scanner(catalogue, clock, {});
  const Scanned scanned{catalogue, scanner};
  REQUIRE(scanned.settles());
  CHECK(scanned.files() == kFiles);
  CHECK(scanner.totals().hashed_files == kFiles - kept);
}

TEST_CASE("a scan that is stopped keeps all that it hashed") {
  const Folder data;
  const Folder shared;
  write_many(shared);
  testing::ManualClock clock;
  Catalogue catalogue(data.path / "catalogue.sqlite", clock);
  catalogue.put_share({"s", shared.path.string(), {}}, false);
  std::uint64_t hashed = 0;
  {
    Scanner scanner(catalogue, clock, {});
    CHECK(eventually(catalogue, [&] { return scanner.totals().hashed_files > 0; }));
    scanner.stop();
    hashed = scanner.totals().hashed_files;
  }
  Scanner scanner(catalogue, clock, {});
  const Scanned scanned{catalogue, scanner};
  REQUIRE(scanned.settles());
  CHECK(hashed + scanner.totals().hashed_files == kFiles);
}

TEST_CASE("a share whose folder is away is withdrawn, and back without a hash") {
  const Folder data;
  const Folder place;
  fs::create_directory(place.path / "disk");
  place.write("disk/a", "abc");
  place.write("disk/b", "b");
  testing::ManualClock clock;
  Catalogue catalogue(data.path / "catalogue.sqlite", clock);
  catalogue.put_share({"s", (place.path / "disk").string(), {}}, false);
  ScanOptions options;
  options.patience = std::chrono::milliseconds(0);
  Scanner scanner(catalogue, clock, options);
  const Scanned scanned{catalogue, scanner};
  REQUIRE(scanned.settles());
  const auto before = catalogue.state()->latest;

  fs::rename(place.path / "disk", place.path / "unplugged");
  REQUIRE(scanned.again());
  CHECK(scanner.progress("s").problem.find("cannot be read") != std::string::npos);
  CHECK(catalogue.share("s")->withdrawn);
  CHECK(scanned.files() == 2);  // kept
  auto news = catalogue.changes_after(before, 10);
  REQUIRE(news->changes.size() == 2);
  for (const auto& change : news->changes) CHECK(change.kind == ChangeKind::remove);
  const auto away = news->upto;
  REQUIRE(scanned.again());
  CHECK(catalogue.state()->latest == away);                    // said once
  CHECK(catalogue.changes_after(0, 10)->changes.size() == 2);  // removals only

  fs::rename(place.path / "unplugged", place.path / "disk");
  REQUIRE(scanned.again());
  CHECK(scanner.progress("s").problem == "");
  news = catalogue.changes_after(away, 10);
  REQUIRE(news->changes.size() == 2);
  for (const auto& change : news->changes) CHECK(change.kind == ChangeKind::put);
  CHECK(catalogue.changes_after(0, 10)->changes.size() == 2);
  CHECK(scanner.totals().hashed_files == 2);
}

TEST_CASE("a share is given time to come back before it is withdrawn") {
  const Folder data;
  const Folder place;
  place.write("disk/a", "abc");
  testing::ManualClock clock;
  Catalogue catalogue(data.path / "catalogue.sqlite", clock);
  catalogue.put_share({"s", (place.path / "disk").string(), {}}, false);
  Scanner scanner(catalogue, clock, {});
  const Scanned scanned{catalogue, scanner};
  REQUIRE(scanned.settles());
  const auto before = catalogue.state()->latest;
  fs::rename(place.path / "disk", place.path / "unplugged");
  REQUIRE(scanned.again());
  CHECK_FALSE(catalogue.share("s")->withdrawn);
  CHECK(scanner.progress("s").problem.find("cannot be read") != std::string::npos);
  fs::rename(place.path / "unplugged", place.path / "disk");
  REQUIRE(scanned.again());
  CHECK(catalogue.state()->latest == before);
}

TEST_CASE("an empty folder on another disk is a mount point without its disk") {
  const Folder data;
  const Folder place;
  place.write("a", "abc");
  testing::ManualClock clock;
  Catalogue catalogue(data.path / "catalogue.sqlite", clock);
  catalogue.put_share({"s", place.path.string(), {}}, false);
  Scanner scanner(catalogue, clock, {});
  const Scanned scanned{catalogue, scanner};
  REQUIRE(scanned.settles());
  const auto key = catalogue.share("s")->key;
  const auto device = catalogue.share("s")->device;
  CHECK(device != 0);

  catalogue.set_device(key,
                       device + 1);  // as if the files had been seen on a disk that is not here
  fs::remove(place.path / "a");
  REQUIRE(scanned.again());
  CHECK(scanner.progress("s").problem.find("mount its disk") != std::string::npos);
  CHECK(scanned.files() == 1);
  catalogue.set_device(key, device);  // on the same disk, empty means empty
  REQUIRE(scanned.again());
  CHECK(scanner.progress("s").problem == "");
  CHECK(scanned.files() == 0);
}

TEST_CASE("the same disk under another number is not read again") {
  const Folder data;
  const Folder shared;
  shared.write("a", "abc");
  testing::ManualClock clock;
  Catalogue catalogue(data.path / "catalogue.sqlite", clock);
  catalogue.put_share({"s", shared.path.string(), {}}, false);
  Scanner scanner(catalogue, clock, {});
  const Scanned scanned{catalogue, scanner};
  REQUIRE(scanned.settles());
  const auto share = *catalogue.share("s");
  catalogue.renumber_device(share.key, share.device, share.device + 1);
  catalogue.set_device(share.key, share.device + 1);
  REQUIRE(scanned.again());
  CHECK(catalogue.share("s")->device == share.device);
  CHECK(catalogue.files(share.key, "", "", 9).at(0).device == share.device);
  CHECK(scanner.totals().hashed_files == 1);
  fs::rename(shared.path / "a", shared.path / "b");
  REQUIRE(scanned.again());
  CHECK(catalogue.files(share.key, "", "", 9).at(0).path == "b");
  CHECK(scanner.totals().hashed_files == 2);  // to be sure
}

TEST_CASE("what cannot be read is kept as it was, and said") {
  const Unprivileged unprivileged;
  const Folder data;
  const Folder shared;
  shared.write("in/a", "abc");
  shared.write("names only/deep/b", "b");
  shared.write("names only/c", "c");
  testing::ManualClock clock;
  Catalogue catalogue(data.path / "catalogue.sqlite", clock);
  catalogue.put_share({"s", shared.path.string(), {}}, false);
  Scanner scanner(catalogue, clock, {});
  const Scanned scanned{catalogue, scanner};
  REQUIRE(scanned.settles());
  chmod((shared.path / "in").c_str(), 0);
  chmod((shared.path / "names only").c_str(), 0400);
  shared.write("closed", "x");
  chmod((shared.path / "closed").c_str(), 0);
  REQUIRE(scanned.again());
  CHECK(scanned.files() == 3);
  CHECK(scanner.progress("s").problem ==
        "4 files or folders are left out, the first: closed: Permission denied");
  chmod((shared.path / "in").c_str(), 0700);
  chmod((shared.path / "names only").c_str(), 0700);
  chmod((shared.path / "closed").c_str(), 0600);
  REQUIRE(scanned.again());
  CHECK(scanned.files() == 4);
  CHECK(scanner.progress("s").problem == "");
}

TEST_CASE("a shared file that turns out to be closed is taken out until it is readable") {
  const Unprivileged unprivileged;
  const Folder data;
  const Folder shared;
  shared.write("a", "abc");
  testing::ManualClock clock;
  Catalogue catalogue(data.path / "catalogue.sqlite", clock);
  catalogue.put_share({"s", shared.path.string(), {}}, false);
  Scanner scanner(catalogue, clock, {});
  const Scanned scanned{catalogue, scanner};
  REQUIRE(scanned.settles());
  chmod((shared.path / "a").c_str(), 0);
  scanner.leave_out("s", "a", EACCES);
  CHECK(eventually(catalogue, [&] { return scanned.files() == 0; }));
  REQUIRE(scanned.again());
  CHECK(scanned.files() == 0);
  CHECK(scanner.progress("s").problem == "1 file or folder is left out: a: Permission denied");
  chmod((shared.path / "a").c_str(), 0600);
  REQUIRE(scanned.again());
  CHECK(scanned.files() == 1);
  CHECK(scanner.progress("s").problem == "");
  CHECK(scanner.totals().hashed_files == 2);  // its mode changed, and what else is not known
}

TEST_CASE("the host's own data is never shared, even when it is in a share") {
  const Folder shared;
  fs::create_directory(shared.path / "data");
  shared.write("data/api.token", "secret");
  shared.write("fine", "x");
  const Folder data;
  testing::ManualClock clock;
  Catalogue catalogue(data.path / "catalogue.sqlite", clock);
  catalogue.put_share({"s", shared.path.string(), {}}, false);
  ScanOptions options;
  options.never = shared.path / "data";
  Scanner scanner(catalogue, clock, options);
  const Scanned scanned{catalogue, scanner};
  REQUIRE(scanned.settles());
  CHECK(scanned.files() == 1);
}

TEST_CASE("a file that changed under the scanner's hands is hashed later, without an event") {
  const Folder data;
  const Folder shared;
  constexpr std::uintmax_t kSize = 200 << 20;  // long enough to be caught in the middle
  shared.write("big", "");
  fs::resize_file(shared.path / "big", kSize);
  testing::ManualClock clock;
  Catalogue catalogue(data.path / "catalogue.sqlite", clock);
  catalogue.put_share({"s", shared.path.string(), {}}, false);
  Scanner scanner(catalogue, clock, {});
  REQUIRE(eventually(catalogue, [&] { return scanner.progress("s").waiting_files == 1; }));
  std::ofstream(shared.path / "big", std::ios::app) << "more";
  const auto key = catalogue.share("s")->key;
  CHECK(eventually(catalogue, clock, [&] {
    const auto files = catalogue.files(key, "", "", 2);
    return files.size() == 1 && files[0].stamp.size == kSize + 4;
  }));
  CHECK(eventually(catalogue, [&] { return scanner.totals().hashed_files == 1; }));
}

}  // namespace
}  // namespace swapmeet::transfer_swarm
